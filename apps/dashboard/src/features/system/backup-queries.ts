import type { BackupPage, CairnClient } from '@cairn/sdk'
import { queryOptions } from '@tanstack/react-query'
import { refreshOf } from '../../live/refresh.ts'

const mostShown = 10

const goesOn = ({ backups }: BackupPage): boolean =>
  backups.some(({ status, proof }) => status === 'queued' || status === 'running' || proof?.status === 'running')

/** The newest backups, with the plan by which they are made. For those who may `manage`. */
export function backupsQuery(client: CairnClient) {
  return queryOptions({
    queryKey: ['system', 'backups'],
    queryFn: ({ signal }) => firstPage(client.system.listBackups({ pageSize: mostShown }, { signal }).pages()),
    refetchInterval: ({ state }) => refreshOf(state.data && goesOn(state.data)),
  })
}

async function firstPage(pages: AsyncIterable<BackupPage>): Promise<BackupPage> {
  for await (const page of pages) return page
  throw new Error('a list has one page at least')
}
