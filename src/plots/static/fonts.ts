import { dirname, join } from 'node:path';

/** plotly's own first choice; brought along, because a server often has no fonts at all. */
export const fontFamily = 'Open Sans';

/** Its regular, italic, bold and bold italic faces. */
export function fontFiles(): string[] {
  const folder = dirname(require.resolve('@expo-google-fonts/open-sans/package.json'));
  return ['400Regular', '400Regular_Italic', '700Bold', '700Bold_Italic'].map((face) =>
    join(folder, face, `OpenSans_${face}.ttf`),
  );
}
