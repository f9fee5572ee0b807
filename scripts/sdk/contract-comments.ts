/** The comments of the contract's schemas, found in its sources: TypeBox schemas do not carry them. */
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'

interface Found {
  readonly comments: Map<string, string>
  /** Names of the constants whose properties are spread into the object of another. */
  readonly spreads: Map<string, string[]>
}

function commentOf(node: ts.Node, source: ts.SourceFile): string | null {
  const text = source.text
  const ranges = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []
  const last = ranges.map(({ pos, end }) => text.slice(pos, end)).findLast((comment) => comment.startsWith('/**'))
  return last ?? null
}

function nameOf(name: ts.PropertyName): string | null {
  return ts.isIdentifier(name) || ts.isStringLiteral(name) ? name.text : null
}

function spreadName(expression: ts.Expression): string | null {
  if (ts.isIdentifier(expression)) return expression.text
  if (ts.isPropertyAccessExpression(expression)) return spreadName(expression.expression)
  if (ts.isCallExpression(expression)) {
    const [argument] = expression.arguments
    return argument === undefined ? null : spreadName(argument)
  }
  return null
}

/** Walks an object literal of properties; calls such as `Type.Optional(…)` and `nullable(…)` are looked through. */
function collect(found: Found, source: ts.SourceFile, place: readonly string[], node: ts.Node): void {
  if (!ts.isObjectLiteralExpression(node)) {
    node.forEachChild((child) => collect(found, source, place, child))
    return
  }
  for (const property of node.properties) {
    if (ts.isSpreadAssignment(property)) {
      const name = spreadName(property.expression)
      const key = place.join('.')
      if (name !== null) found.spreads.set(key, [...(found.spreads.get(key) ?? []), name])
    } else if (ts.isPropertyAssignment(property) || ts.isShorthandPropertyAssignment(property)) {
      const name = nameOf(property.name)
      if (name === null) continue
      const path = [...place, name]
      const comment = commentOf(property, source)
      if (comment !== null) found.comments.set(path.join('.'), comment)
      if (ts.isPropertyAssignment(property)) collect(found, source, path, property.initializer)
    }
  }
}

export class ContractComments {
  readonly #found: Found

  constructor(found: Found) {
    this.#found = found
  }

  /** The comment of a schema (empty path) or of a property in it; null when it has none. */
  of(name: string, path: readonly string[]): string | null {
    const own = this.#found.comments.get([name, ...path].join('.'))
    if (own !== undefined || path.length === 0) return own ?? null
    for (const spread of this.#found.spreads.get(name) ?? []) {
      const inherited = this.of(spread, path)
      if (inherited !== null) return inherited
    }
    return null
  }
}

/** Reads the sources of the contract's schemas. */
export async function readContractComments(): Promise<ContractComments> {
  const folder = join(import.meta.dirname, '../../packages/contract/src/schemas')
  const found: Found = { comments: new Map(), spreads: new Map() }
  for (const file of await readdir(folder)) {
    const text = await readFile(join(folder, file), 'utf8')
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true)
    for (const statement of source.statements) {
      if (!ts.isVariableStatement(statement)) continue
      const comment = commentOf(statement, source)
      for (const { name, initializer } of statement.declarationList.declarations) {
        if (!ts.isIdentifier(name) || initializer === undefined) continue
        if (comment !== null) found.comments.set(name.text, comment)
        collect(found, source, [name.text], initializer)
      }
    }
  }
  return new ContractComments(found)
}
