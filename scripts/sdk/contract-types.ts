/**
 * The wire types of the contract as plain TypeScript, with the comments of the contract's sources: what the published
 * SDK carries in place of `@cairn/contract` and TypeBox. A test holds them against the contract's own types.
 */
import * as contract from '@cairn/contract'
import type { ContractComments } from './contract-comments.ts'

interface SchemaNode {
  readonly type?: string
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
  readonly items?: SchemaNode
  readonly anyOf?: readonly SchemaNode[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>
  readonly additionalProperties?: SchemaNode | boolean
}

/** Where a type is written: for its comments, and so that a schema is not named by itself. */
interface Place {
  readonly name: string
  readonly path: readonly string[]
  readonly indent: string
}

const isNode = (value: unknown): value is SchemaNode => typeof value === 'object' && value !== null && '~kind' in value

const exported: readonly (readonly [string, unknown])[] = Object.entries(contract)

const schemas: ReadonlyMap<string, SchemaNode> = new Map(
  exported.flatMap(([name, value]): [string, SchemaNode][] => (isNode(value) ? [[name, value]] : [])),
)

/** By content: a schema that is made optional is another object. */
const names = new Map<string, string>()
for (const [name, schema] of schemas) {
  if (schema.properties !== undefined || schema.anyOf !== undefined) names.set(JSON.stringify(schema), name)
}

export class ContractTypes {
  readonly #comments: ContractComments

  constructor(comments: ContractComments) {
    this.#comments = comments
  }

  /** The type of a schema at a place. */
  typeOf(schema: SchemaNode, place: Place): string {
    const name = names.get(JSON.stringify(schema))
    if (name !== undefined && !(name === place.name && place.path.length === 0)) return name
    if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
    if (schema.const !== undefined) return JSON.stringify(schema.const)
    if (schema.anyOf !== undefined) return schema.anyOf.map((branch) => this.typeOf(branch, place)).join(' | ')
    switch (schema.type) {
      case 'object':
        return this.#objectOf(schema, place)
      case 'array': {
        const item = this.typeOf(schema.items ?? {}, place)
        return /^\w+$/.test(item) ? `${item}[]` : `(${item})[]`
      }
      case 'string':
      case 'boolean':
      case 'null':
        return schema.type
      case 'integer':
      case 'number':
        return 'number'
      default:
        return 'unknown'
    }
  }

  #objectOf(schema: SchemaNode, place: Place): string {
    const [pattern] = Object.values(schema.patternProperties ?? {})
    if (pattern !== undefined) return `{ [key: string]: ${this.typeOf(pattern, place)} }`
    const indent = `${place.indent}  `
    const required = schema.required ?? []
    const lines = Object.entries(schema.properties ?? {}).map(([key, value]) => {
      const path = [...place.path, key]
      const comment = this.#comments.of(place.name, path)
      const name = /^[A-Za-z_]\w*$/.test(key) ? key : JSON.stringify(key)
      const type = this.typeOf(value, { ...place, path, indent })
      return `${written(comment, indent)}${indent}${name}${required.includes(key) ? '' : '?'}: ${type}`
    })
    const rest = schema.additionalProperties
    if (typeof rest === 'object') lines.push(`${indent}[key: string]: ${this.typeOf(rest, place)}`)
    return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${place.indent}}`
  }

  /** `export type` of every exported schema. */
  #named(): string[] {
    return [...schemas].map(([name, schema]) => {
      const comment = this.#comments.of(name, [])
      return `${written(comment, '')}export type ${name} = ${this.typeOf(schema, { name, path: [], indent: '' })}`
    })
  }

  #routes(): string {
    const entries = Object.entries(contract.routes).map(([id, route]: [string, contract.Route]) => {
      const part = (key: string, schema: unknown): string =>
        isNode(schema) ? ` ${key}: ${this.typeOf(schema, { name: '', path: [], indent: '  ' })};` : ''
      const answer = route.response.kind === 'json' ? part('answer', route.response.schema) : ''
      const response = ` response: { kind: '${route.response.kind}' }`
      const parts = `${part('params', route.params)}${part('query', route.query)}${part('body', route.body)}${answer}`
      return `  /** ${route.summary}. ${route.method} \`${route.path}\` */\n  ${id}: {${parts}${response} }`
    })
    return `/** What each operation takes and answers. */\nexport interface Routes {\n${entries.join('\n')}\n}`
  }

  /** The whole declaration file. */
  file(): string {
    const codes = Object.keys(contract.errorCatalog).map((code) => `'${code}'`)
    return [
      ...this.#named(),
      this.#routes(),
      fixedPart,
      `/** Permanent code of a refusal. */\nexport type ErrorCode = ${codes.join(' | ')}`,
      '',
    ].join('\n\n')
  }
}

function written(comment: string | null, indent: string): string {
  return comment === null ? '' : `${indent}${comment.replaceAll(/\n\s*/g, `\n${indent} `)}\n`
}

const fixedPart = `/** Name of an operation. */
export type OperationId = keyof Routes

/** How an operation is called. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly auth: 'token' | 'signed' | 'webhook' | 'none'
  readonly bodyKind: 'none' | 'json' | 'multipart' | 'bytes'
  readonly response: { readonly kind: 'json' | 'events' | 'binary' }
}

type PartOf<R, Key extends string> = R extends { readonly [K in Key]: infer T } ? T : undefined

/** The path parameters of an operation; \`undefined\` when it has none. */
export type ParamsOf<R> = PartOf<R, 'params'>

/** The query of an operation; \`undefined\` when it has none. */
export type QueryOf<R> = PartOf<R, 'query'>

/** The body of an operation; \`undefined\` when it has none. */
export type BodyOf<R> = PartOf<R, 'body'>

/** The JSON answer of an operation; \`never\` when it answers bytes. */
export type AnswerOf<R> = R extends { readonly answer: infer T } ? T : never

/** One broken rule. \`field\` is a path such as \`steps.train.command\`; \`rule\` is what holds there. */
export interface FieldError {
  readonly field: string
  readonly rule: string
}`
