import { Converter, ReflectionCategory } from 'typedoc';

/** The folders of src in the order in which the reference lists them, and what it calls them. */
const folders = {
  tensorflow: 'TensorFlow',
  linalg: 'Linear algebra',
  layers: 'Layers',
  compression: 'Compression',
  training: 'Training',
  data: 'Data',
  plots: 'Plots',
  notebook: 'Notebook',
  comparison: 'Comparison',
};

/**
 * A plugin of TypeDoc: lists what a module exports by the folder of src that it comes from, and calls each document by its heading.
 * @param {import('typedoc').Application} app
 */
export function load({ converter }) {
  converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    document.name = headingOf(document.content)?.[1] ?? document.name;
  });
  converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    // The page has the package's name over it.
    const [first] = project.readme ?? [];
    if (first !== undefined) first.text = first.text.slice(headingOf([first])?.[0].length ?? 0);
    for (const module of project.children ?? []) listByFolder(module);
    // A file and a line, without a link: a checkout may have no place on the net.
    for (const reflection of Object.values(project.reflections)) {
      if (reflection.isDeclaration() || reflection.isSignature()) for (const source of reflection.sources ?? []) delete source.url;
    }
  }, afterTypeDocsOwn);
}

/** The lowest of TypeDoc's own priorities is −300. */
const afterTypeDocsOwn = -1000;

/** @param {import('typedoc').DeclarationReflection} module */
function listByFolder(module) {
  const categories = new Map(Object.entries(folders).map(([folder, title]) => [folder, new ReflectionCategory(title)]));
  for (const child of module.children ?? []) {
    const path = child.sources?.[0]?.fullFileName.replaceAll('\\', '/') ?? '';
    // What lies in src itself is what cells see of the kernel.
    const folder = /\/src\/(\w+)\//.exec(path)?.[1] ?? 'notebook';
    const category = categories.get(folder);
    if (category === undefined) throw new Error(`${path}: src/${folder} has no title in kernel-setup/docs/by-folder.mjs`);
    category.children.push(child);
  }
  module.categories = [...categories.values()].filter(({ children }) => children.length > 0);
  module.groups = undefined;
}

/**
 * The heading that a text begins with: the line, and its words.
 * @param {import('typedoc').CommentDisplayPart[]} content
 */
const headingOf = ([first]) => /^# (.*)\n*/.exec(first?.text ?? '');
