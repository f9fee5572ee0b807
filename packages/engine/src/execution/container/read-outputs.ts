/** Output parameters of a container step: small files that it leaves behind. */
import { workflowLimits } from '@cairn/domain'
import type { Call, EngineDriver, WorkloadName } from '@cairn/driver'

export type OutputsResult =
  | { readonly kind: 'outputs'; readonly outputs: Readonly<Record<string, string>> }
  | { readonly kind: 'unusable'; readonly reason: string }

/** Reads each file whole. Line breaks at the end of a value are cut off, as a shell's `$(…)` does. */
export async function readOutputs(
  driver: EngineDriver,
  name: WorkloadName,
  parameters: Readonly<Record<string, string>>,
  call: Call,
): Promise<OutputsResult> {
  const outputs: [string, string][] = []
  for (const [parameter, path] of Object.entries(parameters)) {
    const file = await driver.readFile(name, path, workflowLimits.valueBytes, call)
    const unusable = (problem: string): OutputsResult => ({
      kind: 'unusable',
      reason: `output parameter "${parameter}": ${path} ${problem}`,
    })
    switch (file.kind) {
      case 'absent':
        return unusable('does not exist')
      case 'not_a_file':
        return unusable('is no regular file')
      case 'too_large':
        return unusable(`has more than ${workflowLimits.valueBytes} bytes`)
      case 'content': {
        const text = new TextDecoder().decode(file.bytes)
        if (text.includes('\0')) return unusable('is not text: it holds a NUL byte')
        outputs.push([parameter, text.replace(/[\r\n]+$/, '')])
        break
      }
      default:
        file satisfies never
    }
  }
  return { kind: 'outputs', outputs: Object.fromEntries(outputs) }
}
