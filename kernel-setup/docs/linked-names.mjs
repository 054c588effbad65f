import { Converter } from 'typedoc';

/** @typedef {import('typedoc').Reflection} Reflection */

/**
 * A plugin of TypeDoc: in the docstrings `name` in code font becomes a link where the package exports something of that name.
 * @param {import('typedoc').Application} app
 */
export function load({ converter }) {
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const exported = new Map((project.children ?? []).flatMap(({ children = [] }) => children.map((child) => [child.name, child])));
    for (const reflection of Object.values(project.reflections)) {
      const { comment } = reflection;
      if (comment === undefined) continue;
      for (const parts of [comment.summary, ...comment.blockTags.map(({ content }) => content)]) link(parts, reflection, exported);
    }
  });
}

/**
 * @param {import('typedoc').CommentDisplayPart[]} parts
 * @param {Reflection} from what the text is about: it does not link to itself
 * @param {ReadonlyMap<string, Reflection>} exported
 */
function link(parts, from, exported) {
  parts.forEach(({ kind, text }, i) => {
    const name = kind === 'code' ? /^`(\w+)`$/.exec(text)?.[1] : undefined;
    const target = name === undefined ? undefined : exported.get(name);
    if (target === undefined || name === undefined || target === from || target === from.parent) return;
    parts[i] = { kind: 'inline-tag', tag: '@linkcode', text: name, target };
  });
}
