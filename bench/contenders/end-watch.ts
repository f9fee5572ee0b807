/** Tells when a run's end is committed, by a trigger of the bench's own: nothing is asked while the run goes on. */
import type { Database } from '@cairn/store'

export interface EndWatch {
  /** Resolves with the status as which the run ended, also when it ended before the call. */
  ended(executionId: string): Promise<string>
  /** Removes the trigger. */
  close(): Promise<void>
}

const makeTrigger = `
create function bench_tell_end() returns trigger language plpgsql as $$
begin
  perform pg_notify('bench_end', new.id || ' ' || new.status);
  return null;
end $$;
create trigger bench_tell_end after update of status on execution
  for each row when (new.finished_at is not null) execute function bench_tell_end();
listen bench_end`

const removeTrigger = `
unlisten bench_end;
drop trigger bench_tell_end on execution;
drop function bench_tell_end()`

export async function createEndWatch(database: Database): Promise<EndWatch> {
  const ends = new Map<string, PromiseWithResolvers<string>>()
  const endOf = (id: string): PromiseWithResolvers<string> => {
    const end = ends.get(id) ?? Promise.withResolvers<string>()
    ends.set(id, end)
    return end
  }
  const client = await database.pool.connect()
  client.on('notification', ({ payload = '' }) => {
    const [id = '', status = ''] = payload.split(' ')
    endOf(id).resolve(status)
  })
  await client.query(makeTrigger)
  return {
    ended: (executionId) => endOf(executionId).promise,
    close: async () => {
      await client.query(removeTrigger)
      client.removeAllListeners('notification')
      client.release()
    },
  }
}
