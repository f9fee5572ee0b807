import type { WatcherEvent } from '@cairn/sdk'
import { CircleCheck, CircleSlash, CircleX, FlaskConical, type LucideIcon, Timer, Undo2 } from 'lucide-react'
import type { Tone } from '../../components/status-table.ts'

/** What watchers are told of: a word, a tone and an icon for each. */
export const eventWords: Readonly<Record<WatcherEvent, { label: string; tone: Tone; icon: LucideIcon }>> = {
  success: { label: 'Succeeded', tone: 'good', icon: CircleCheck },
  fail: { label: 'Failed', tone: 'bad', icon: CircleX },
  runtimeExceeded: { label: 'Runs too long', tone: 'warn', icon: Timer },
  missed: { label: 'Did not start', tone: 'bad', icon: CircleSlash },
  recovered: { label: 'Recovered', tone: 'good', icon: Undo2 },
  test: { label: 'Test', tone: 'faint', icon: FlaskConical },
}
