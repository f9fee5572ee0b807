/**
 * The public surface of `@cairn/sdk`, read from its sources: every exported symbol with its members, their TSDoc and
 * their examples. The reference page, the check of completeness and the check of examples all read this.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'

/** A method, property or exported symbol. */
export interface PublicSymbol {
  /** `Images.createImage`, `CairnApiError`. */
  readonly name: string
  readonly kind: 'class' | 'interface' | 'type' | 'function' | 'constant' | 'method' | 'property'
  /** Its declaration as it is written, without body and private parts. */
  readonly signature: string
  /** Where it is declared, below packages/sdk. */
  readonly file: string
  readonly summary: string
  readonly params: readonly { readonly name: string; readonly text: string }[]
  readonly throws: readonly string[]
  readonly deprecated: string | null
  readonly examples: readonly string[]
  readonly members: readonly PublicSymbol[]
}

const sdk = join(import.meta.dirname, '../../packages/sdk')

/** Text of TSDoc, links as code. */
function plain(comment: string | ts.NodeArray<ts.JSDocComment> | undefined): string {
  return (ts.getTextOfJSDocComment(comment) ?? '').replaceAll(/\{@link ([^}]+)\}/g, '`$1`').trim()
}

/** The text of an `@example` as it is written: the compiler's own reading trims its lines. */
function examplesOf(node: ts.Node): string[] {
  return ts.getJSDocTags(node).flatMap((tag) => {
    if (tag.tagName.text !== 'example') return []
    const lines = tag
      .getText()
      .replace(/^@example\s*/, '')
      .split('\n')
      .map((line) => line.replace(/^\s*\* ?/, ''))
    return [lines.join('\n').replaceAll(/^\s*\n|[\s/*]+$/g, '')]
  })
}

function commentOf(node: ts.Node): Pick<PublicSymbol, 'summary' | 'params' | 'throws' | 'deprecated' | 'examples'> {
  const [doc] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)
  const tags = ts.getJSDocTags(node)
  const named = (name: string): string[] =>
    tags.filter((tag) => tag.tagName.text === name).map((tag) => plain(tag.comment))
  return {
    summary: plain(doc?.comment),
    params: tags
      .filter(ts.isJSDocParameterTag)
      .map((tag) => ({ name: tag.name.getText(), text: plain(tag.comment).replace(/^-\s*/, '') })),
    throws: tags
      .filter(ts.isJSDocThrowsTag)
      .map((tag) => `${tag.typeExpression?.getText() ?? ''} ${plain(tag.comment)}`.trim()),
    deprecated: named('deprecated')[0] ?? null,
    examples: examplesOf(node),
  }
}

/** A declaration up to its body. */
function headOf(node: ts.Node & { readonly body?: ts.Node | undefined }): string {
  const end = node.body === undefined ? node.end : node.body.pos
  return node
    .getSourceFile()
    .text.slice(node.getStart(), end)
    .trim()
    .replaceAll(/\s+/g, ' ')
    .replace(/^export /, '')
}

function isPublic(member: ts.ClassElement | ts.TypeElement): boolean {
  if (member.name === undefined || ts.isPrivateIdentifier(member.name)) return false
  const flags = ts.canHaveModifiers(member) ? ts.getCombinedModifierFlags(member) : 0
  return (flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) === 0
}

function memberOf(owner: string, member: ts.ClassElement | ts.TypeElement): PublicSymbol[] {
  if (!isPublic(member)) return []
  const isMethod = ts.isMethodDeclaration(member) || ts.isMethodSignature(member)
  return [
    {
      name: `${owner}.${member.name?.getText() ?? ''}`,
      kind: isMethod ? 'method' : 'property',
      signature: headOf(member),
      file: relative(sdk, member.getSourceFile().fileName),
      members: [],
      ...commentOf(member),
    },
  ]
}

function membersOf(name: string, node: ts.Node): PublicSymbol[] {
  if (!ts.isClassDeclaration(node) && !ts.isInterfaceDeclaration(node)) return []
  return [...node.members].flatMap((member) => memberOf(name, member))
}

function kindOf(node: ts.Node): PublicSymbol['kind'] {
  if (ts.isClassDeclaration(node)) return 'class'
  if (ts.isInterfaceDeclaration(node)) return 'interface'
  if (ts.isTypeAliasDeclaration(node)) return 'type'
  return ts.isFunctionDeclaration(node) ? 'function' : 'constant'
}

function signatureOf(node: ts.Node): string {
  if (ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)) {
    return node
      .getSourceFile()
      .text.slice(node.getStart(), node.members.pos - 1)
      .trim()
      .replace(/^export /, '')
  }
  return headOf(node)
}

function nameOf(node: ts.Statement): string | null {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations[0]?.name.getText() ?? null
  const isNamed = ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isFunctionDeclaration(node)
  return isNamed || ts.isTypeAliasDeclaration(node) ? (node.name?.text ?? null) : null
}

function symbolOf(name: string, node: ts.Statement): PublicSymbol {
  return {
    name,
    kind: kindOf(node),
    signature: signatureOf(node),
    file: relative(sdk, node.getSourceFile().fileName),
    members: membersOf(name, node),
    ...commentOf(node),
  }
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ESNext, true)
}

/** What a file declares and exports, by name. */
function declaredIn(file: string): Map<string, PublicSymbol> {
  const exported = parse(file).statements.filter(
    (node) =>
      ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword),
  )
  return new Map(
    exported.flatMap((node) => {
      const name = nameOf(node)
      return name === null ? [] : [[name, symbolOf(name, node)] as const]
    }),
  )
}

/** What an entry exports of the SDK's own files. The shapes of the wire have the API document. */
function exportedBy(entry: string): PublicSymbol[] {
  return parse(entry).statements.flatMap((node) => {
    if (!ts.isExportDeclaration(node) || node.moduleSpecifier === undefined) return []
    const from = (node.moduleSpecifier as ts.StringLiteral).text
    if (!from.startsWith('.')) return []
    const declared = declaredIn(join(dirname(entry), from))
    const clause = node.exportClause
    if (clause === undefined || !ts.isNamedExports(clause)) return [...declared.values()]
    return clause.elements.map(({ name }) => {
      const symbol = declared.get(name.text)
      if (symbol === undefined) throw new Error(`${from} declares no ${name.text}`)
      return symbol
    })
  })
}

/** Everything that users see: of the main entry, the resources behind the client, the entry for Node. */
export function readPublicSurface(): readonly PublicSymbol[] {
  const source = join(sdk, 'src')
  const files = readdirSync(join(source, 'resources')).toSorted()
  const resources = files.flatMap((file) => [...declaredIn(join(source, 'resources', file)).values()])
  return [
    ...exportedBy(join(source, 'index.ts')),
    ...resources.filter(({ kind }) => kind === 'class'),
    ...exportedBy(join(source, 'node/index.ts')),
  ]
}
