/**
 * argv of a service's `entrypoint` text: one element a line, surrounding blanks and empty lines dropped. null = nothing
 * is given and the image's own entrypoint runs.
 *
 * @example
 * parseEntrypoint('python\napp.py\n') // ['python', 'app.py']
 */
export function parseEntrypoint(text: string | null | undefined): readonly string[] | null {
  const lines = (text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return lines.length === 0 ? null : lines
}
