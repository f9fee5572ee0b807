import type { FakeProgramSource } from '@cairn/driver'

/** Prints its environment as one line of JSON. */
export const containerEnvironment: FakeProgramSource = (spec) => ({
  output: [{ stream: 'stdout', text: JSON.stringify(spec.env) }],
})
