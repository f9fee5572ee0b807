/** A workflow as the text of a file, and back; in YAML 1.1, which the command line reads. */
import type { WorkflowBody } from '@cairn/sdk'
import { parse, stringify } from 'yaml'

export function textOf(body: WorkflowBody): string {
  return stringify(body, { lineWidth: 0, version: '1.1' })
}

type Read = { readonly body: WorkflowBody } | { readonly problem: string }

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Looks at no more than a form needs; the server says what else is wrong. */
export function readText(text: string): Read {
  let value: unknown
  try {
    value = parse(text, { version: '1.1' })
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
  if (!isMap(value)) return { problem: 'A workflow is a map with `name` and `steps`.' }
  const { name = '', steps = {} } = value
  if (typeof name !== 'string') return { problem: '`name` must be a text: put it in quotes.' }
  if (!isMap(steps)) return { problem: '`steps` must be a map from names to steps.' }
  const odd = Object.entries(steps).find(([, step]) => !isMap(step))
  if (odd !== undefined) return { problem: `The step \`${odd[0]}\` must be a map.` }
  return { body: { ...value, name, steps } as WorkflowBody }
}
