/** `$(NAME)` in variables, commands and arguments, as Kubernetes expands it; `$$(NAME)` stands for itself, and so does what is not known. */

export function expand(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, what: string, name: string | undefined) => {
    if (what === '$') return '$';
    return name !== undefined && Object.hasOwn(values, name) ? values[name]! : whole;
  });
}
