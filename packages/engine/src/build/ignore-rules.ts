import ignore from 'ignore'

/**
 * Which paths of a build context stay out of it: gitignore patterns, and the last one that matches decides, as the
 * reference client has it for uploads. What a pattern brings back with `!` may lie in a directory that is left out.
 *
 * @example
 * readIgnoreList('*\n!app')('app/main.py') // false
 */
export function readIgnoreList(list: string): (path: string) => boolean {
  const rules = list.split(/\r?\n/).flatMap((line) => {
    const text = line.trim()
    if (text === '' || text.startsWith('#')) return []
    const brings = text.startsWith('!')
    const matcher = ignore({ ignorecase: false }).add(brings ? text.slice(1) : text)
    return [{ brings, matches: (path: string) => matcher.ignores(path) }]
  })
  return (path) => rules.findLast(({ matches }) => matches(path))?.brings === false
}
