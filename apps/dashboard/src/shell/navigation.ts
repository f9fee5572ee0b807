import type { LinkProps } from '@tanstack/react-router'
import {
  Box,
  CalendarClock,
  FileCode2,
  KeyRound,
  Package,
  Server,
  Bell,
  Globe,
  House,
  type LucideIcon,
  ScrollText,
  Users,
  Workflow,
} from 'lucide-react'
import type { Access } from '@cairn/sdk'

export interface Place {
  readonly label: string
  readonly to: NonNullable<LinkProps['to']>
  readonly icon: LucideIcon
  /** Who may less does not see it. */
  readonly needs?: Extract<Access, 'manage'>
}

export interface PlaceGroup {
  /** Null = the places stand without a title. */
  readonly title: string | null
  readonly places: readonly Place[]
}

/** What the sidebar leads to. A screen is reached from here once it is in `router.tsx`. */
export const placeGroups: readonly PlaceGroup[] = [
  { title: null, places: [{ label: 'Home', to: '/', icon: House }] },
  {
    title: 'Run',
    places: [
      { label: 'Workflows', to: '/workflows', icon: Workflow },
      { label: 'Schedules', to: '/schedules', icon: CalendarClock },
      { label: 'Queries', to: '/queries', icon: FileCode2 },
    ],
  },
  {
    title: 'Build',
    places: [
      { label: 'Images', to: '/images', icon: Box },
      { label: 'Artifacts', to: '/artifacts', icon: Package },
      { label: 'Secrets', to: '/secrets', icon: KeyRound },
    ],
  },
  { title: 'Serve', places: [{ label: 'Services', to: '/services', icon: Globe }] },
  {
    title: 'Watch',
    places: [
      { label: 'Notifications', to: '/notifications', icon: Bell },
      { label: 'System', to: '/system', icon: Server },
    ],
  },
  {
    title: 'Manage',
    places: [
      { label: 'People', to: '/people', icon: Users, needs: 'manage' },
      { label: 'Audit log', to: '/audit', icon: ScrollText, needs: 'manage' },
    ],
  },
]
