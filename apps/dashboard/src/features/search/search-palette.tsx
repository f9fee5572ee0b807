import { useQuery } from '@tanstack/react-query'
import { type LinkProps, useNavigate } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { Box, Globe, type LucideIcon, Play, Workflow } from 'lucide-react'
import { type ReactElement, useEffect } from 'react'
import { useModal } from '../../components/use-modal.ts'
import { useClient } from '../../session/client-context.ts'
import { usePlaceGroups } from '../../shell/use-place-groups.ts'
import { workflowListQuery } from '../workflows/workflow-queries.ts'

/** Services that can be found. */
const mostServices = 200

interface Found {
  readonly key: string
  readonly label: string
  readonly icon: LucideIcon
  readonly link: LinkProps
}

function Group({
  title,
  found,
  onChoose,
}: {
  readonly title: string
  readonly found: readonly Found[]
  readonly onChoose: (link: LinkProps) => void
}): ReactElement | null {
  if (found.length === 0) return null
  return (
    <Command.Group
      heading={title}
      className="p-1.5 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-[12px] [&_[cmdk-group-heading]]:text-faint"
    >
      {found.map(({ key, label, icon: Icon, link }) => (
        <Command.Item
          key={key}
          value={`${title} ${label} ${key}`}
          onSelect={() => onChoose(link)}
          className="flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2 aria-selected:bg-raised"
        >
          <Icon size={16} aria-hidden className="shrink-0 text-faint" />
          <span className="truncate">{label}</span>
        </Command.Item>
      ))}
    </Command.Group>
  )
}

function useFound(): Readonly<Record<'places' | 'workflows' | 'runs' | 'services', readonly Found[]>> {
  const client = useClient()
  const workflows = useQuery(workflowListQuery(client)).data ?? []
  const services =
    useQuery({
      queryKey: ['service', 'list', 'search'],
      queryFn: ({ signal }) =>
        client.services.listServices({ pageSize: mostServices }, { signal }).all({ limit: mostServices }),
    }).data ?? []
  return {
    places: usePlaceGroups().flatMap(({ places }) =>
      places.map(({ label, to, icon }) => ({ key: to, label, icon, link: { to } })),
    ),
    workflows: workflows.map(({ id, name }) => ({
      key: `workflow ${id}`,
      label: name,
      icon: Workflow,
      link: { to: '/workflows/$workflowId', params: { workflowId: id } },
    })),
    runs: workflows.flatMap(({ id, name, lastExecution }) =>
      lastExecution === undefined
        ? []
        : {
            key: lastExecution.executionId,
            label: `Last run of ${name}`,
            icon: Play,
            link: {
              to: '/workflows/$workflowId/runs/$executionId',
              params: { workflowId: id, executionId: lastExecution.executionId },
            },
          },
    ),
    services: services.map(({ id, name }) => ({
      key: `service ${id}`,
      label: name,
      icon: Globe,
      link: { to: '/services/$serviceId', params: { serviceId: id } },
    })),
  }
}

/** Search over everything that has a page; arrow keys and Enter choose. */
export function SearchPalette({ onClose }: { readonly onClose: () => void }): ReactElement {
  const dialog = useModal()
  const navigate = useNavigate()
  const found = useFound()
  useEffect(() => dialog.current?.querySelector('input')?.focus(), [dialog])
  const choose = (link: LinkProps): void => {
    onClose()
    void navigate(link)
  }
  return (
    <dialog
      ref={dialog}
      aria-label="Search everything"
      onCancel={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose()
      }}
      className="mx-auto mt-[12vh] mb-auto w-[calc(100vw-2rem)] max-w-xl rounded-xl border border-line bg-surface p-0 text-ink shadow-2xl"
    >
      <Command label="Search everything" loop>
        <Command.Input
          placeholder="Go to a page, a workflow, its last run, a service"
          className="h-12 w-full border-b border-line bg-transparent px-4 outline-none placeholder:text-faint"
        />
        <Command.List className="max-h-[50vh] overflow-y-auto">
          <Command.Empty className="flex items-center gap-2 p-4 text-faint">
            <Box size={16} aria-hidden />
            Nothing is called like that.
          </Command.Empty>
          <Group title="Pages" found={found.places} onChoose={choose} />
          <Group title="Workflows" found={found.workflows} onChoose={choose} />
          <Group title="Runs" found={found.runs} onChoose={choose} />
          <Group title="Services" found={found.services} onChoose={choose} />
        </Command.List>
      </Command>
    </dialog>
  )
}
