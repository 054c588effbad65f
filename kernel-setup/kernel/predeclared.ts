/** What every notebook has declared before its first cell, as the declarations that a cell leaves. */
export const predeclared = `/**
 * Asks the user, and waits for the answer.
 * @param question stands before the field for the answer
 * @param options with \`password\` the answer is not shown
 * @throws where nobody can be asked, as in a notebook that is run without a browser
 */
declare function prompt(question?: string, options?: { readonly password?: boolean }): Promise<string>;
`;

/** What they stand for. */
export interface Predeclared {
  prompt(question?: string, options?: { readonly password?: boolean }): Promise<string>;
}
