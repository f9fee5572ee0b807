/**
 * The paths of an archive as one tree, in which two names that any common file system holds to be the same meet at the
 * same node. Invariant: a node keeps the spelling that made it, and a file node has no children. Names that one
 * reader would merge and another keep apart are refused, because the second would then write through the first.
 */
import type { ArchiveLimits } from './limits.ts'

interface Node {
  readonly name: string
  kind: 'file' | 'directory'
  /** Whether an entry names it, or only entries below it do. */
  isNamed: boolean
  /** null = none yet: most nodes are files, and there may be many. */
  children: Map<string, Node> | null
}

export interface PathTree {
  /** Adds a path and its parents; answers the broken rule, or null. */
  add(segments: readonly string[], kind: 'file' | 'directory'): string | null
  /** Files and directories so far, unnamed parents included. */
  size(): number
}

export function createPathTree(limits: ArchiveLimits): PathTree {
  const root: Node = { name: '', kind: 'directory', isNamed: true, children: null }
  let size = 0

  function child(parent: Node, name: string): Node {
    const key = foldedName(name)
    const known = parent.children?.get(key)
    if (known !== undefined) return known
    size += 1
    const made: Node = { name, kind: 'directory', isNamed: false, children: null }
    parent.children ??= new Map()
    parent.children.set(key, made)
    return made
  }

  function add(segments: readonly string[], kind: 'file' | 'directory'): string | null {
    let node = root
    for (const [index, segment] of segments.entries()) {
      if (node.kind === 'file') return `${JSON.stringify(segments.slice(0, index).join('/'))} is a file as well`
      node = child(node, segment)
      if (node.name !== segment) return `differs from ${JSON.stringify(node.name)} only in case or Unicode form`
      if (size > limits.maxEntries) return `an archive may hold at most ${limits.maxEntries} files and directories`
    }
    if (node.isNamed && node.kind === kind) return 'appears twice'
    if (kind === 'file' && (node.isNamed || node.children !== null)) return 'is a directory as well'
    if (node.kind === 'file') return 'is a file as well'
    node.kind = kind
    node.isNamed = true
    return null
  }

  return { add, size: () => size }
}

/** Equal for names that differ only in case or in Unicode form. Up, then down: folds ß with SS and ſ with s too. */
function foldedName(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
}
