import type {
  BuildStatus,
  DeliveryStatus,
  DomainStatus,
  ExecutionStatus,
  ImageVersionStatus,
  InstanceStatus,
  ProofStatus,
  RevisionStatus,
  ServiceRunState,
  ServiceStatus,
  StepStatus,
  TickOutcome,
  UserStatus,
  WorkflowStatus,
} from '@cairn/sdk'
import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CirclePause,
  CircleSlash,
  CircleX,
  Clock,
  LoaderCircle,
  type LucideIcon,
  Moon,
  Snowflake,
  SkipForward,
} from 'lucide-react'

export type ShownStatus =
  | BuildStatus
  | DeliveryStatus
  | DomainStatus
  | ExecutionStatus
  | ImageVersionStatus
  | InstanceStatus
  | ProofStatus
  | RevisionStatus
  | ServiceRunState
  | ServiceStatus
  | StepStatus
  | TickOutcome
  | UserStatus
  | WorkflowStatus

export type Tone = 'good' | 'bad' | 'busy' | 'warn' | 'faint'

export interface StatusLook {
  readonly label: string
  readonly tone: Tone
  readonly icon: LucideIcon
  /** Something is under way: the icon turns. */
  readonly turns?: true
}

/** How every status of the API looks: the only place that gives one a word, a tone and an icon. */
export const statusTable: Readonly<Record<ShownStatus, StatusLook>> = {
  // Workflows, runs and steps
  Draft: { label: 'Draft', tone: 'faint', icon: CircleDashed },
  Available: { label: 'Available', tone: 'good', icon: CircleCheck },
  Paused: { label: 'Paused', tone: 'warn', icon: CirclePause },
  Pending: { label: 'Waiting', tone: 'faint', icon: CircleDashed },
  Queued: { label: 'Queued', tone: 'warn', icon: Clock },
  Running: { label: 'Running', tone: 'busy', icon: LoaderCircle, turns: true },
  Stopping: { label: 'Stopping', tone: 'warn', icon: LoaderCircle, turns: true },
  Success: { label: 'Succeeded', tone: 'good', icon: CircleCheck },
  Failed: { label: 'Failed', tone: 'bad', icon: CircleX },
  Skipped: { label: 'Skipped', tone: 'faint', icon: SkipForward },
  Stopped: { label: 'Stopped', tone: 'warn', icon: Ban },
  // Services and their revisions, instances and domains
  CREATING: { label: 'Creating', tone: 'busy', icon: LoaderCircle, turns: true },
  DEPLOYING: { label: 'Deploying', tone: 'busy', icon: LoaderCircle, turns: true },
  AVAILABLE: { label: 'Available', tone: 'good', icon: CircleCheck },
  DELETING: { label: 'Deleting', tone: 'warn', icon: LoaderCircle, turns: true },
  CREATE_FAILED: { label: 'Create failed', tone: 'bad', icon: CircleX },
  DELETE_FAILED: { label: 'Delete failed', tone: 'bad', icon: CircleX },
  running: { label: 'Running', tone: 'good', icon: CircleDot },
  frozen: { label: 'Frozen', tone: 'faint', icon: Snowflake },
  asleep: { label: 'Asleep', tone: 'faint', icon: Moon },
  starting: { label: 'Starting', tone: 'busy', icon: LoaderCircle, turns: true },
  ready: { label: 'Ready', tone: 'good', icon: CircleCheck },
  unready: { label: 'Not ready', tone: 'warn', icon: CircleSlash },
  active: { label: 'Active', tone: 'good', icon: CircleCheck },
  draining: { label: 'Draining', tone: 'warn', icon: CirclePause },
  removed: { label: 'Removed', tone: 'faint', icon: CircleSlash },
  // Images and builds
  building: { label: 'Building', tone: 'busy', icon: LoaderCircle, turns: true },
  success: { label: 'Succeeded', tone: 'good', icon: CircleCheck },
  failed: { label: 'Failed', tone: 'bad', icon: CircleX },
  stopping: { label: 'Stopping', tone: 'warn', icon: LoaderCircle, turns: true },
  stopped: { label: 'Stopped', tone: 'warn', icon: Ban },
  'not-ready': { label: 'Not ready', tone: 'faint', icon: CircleDashed },
  'in-use': { label: 'In use', tone: 'good', icon: CircleDot },
  deleting: { label: 'Deleting', tone: 'warn', icon: LoaderCircle, turns: true },
  'delete-failed': { label: 'Delete failed', tone: 'bad', icon: CircleX },
  // Deliveries and times of schedules
  pending: { label: 'Pending', tone: 'faint', icon: Clock },
  delivered: { label: 'Delivered', tone: 'good', icon: CircleCheck },
  fired: { label: 'Fired', tone: 'good', icon: CircleCheck },
  missed: { label: 'Missed', tone: 'bad', icon: CircleSlash },
  // Proofs of backups
  proven: { label: 'Restored', tone: 'good', icon: CircleCheck },
  // Users
  invited: { label: 'Invited', tone: 'warn', icon: Clock },
  disabled: { label: 'Disabled', tone: 'faint', icon: Ban },
}

/** Something happens still that will change it. */
export function isUnderWay(status: ShownStatus): boolean {
  return statusTable[status].turns === true
}

/** Colour of text and icon. */
export const toneText: Readonly<Record<Tone, string>> = {
  good: 'text-good',
  bad: 'text-bad',
  busy: 'text-busy',
  warn: 'text-warn',
  faint: 'text-faint',
}

/** A quiet ground with its text. */
export const toneSoft: Readonly<Record<Tone, string>> = {
  good: 'bg-good-soft text-good',
  bad: 'bg-bad-soft text-bad',
  busy: 'bg-busy-soft text-busy',
  warn: 'bg-warn-soft text-warn',
  faint: 'bg-raised text-faint',
}

/** Fill of bars. */
export const toneBar: Readonly<Record<Tone, string>> = {
  good: 'bg-good-bar',
  bad: 'bg-bad-bar',
  busy: 'bg-busy-bar',
  warn: 'bg-warn-bar',
  faint: 'bg-edge/50',
}
