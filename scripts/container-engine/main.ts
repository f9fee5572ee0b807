/** `node scripts/container-engine/main.ts start|stop|status`: the container engine of a development machine or of CI. */
import { join } from 'node:path'
import { ensureBaseImage } from './ensure-base-image.ts'
import { ensureContainerEngine } from './ensure-container-engine.ts'
import { enginePaths } from './engine-paths.ts'
import { findEngine, stopEngine } from './engine-process.ts'

const stateDirectory = join(process.cwd(), '.cairn')
const say = (line: string): void => console.log(line)

const commands: Readonly<Record<string, () => Promise<void>>> = {
  start: async () => {
    const engine = await ensureContainerEngine({ stateDirectory, say })
    await ensureBaseImage({ dockerHost: engine.dockerHost, stateDirectory, say })
    say(`${engine.started ? 'started' : 'found'} ${engine.dockerHost}`)
  },
  stop: async () => {
    say((await stopEngine(enginePaths(stateDirectory))) ? 'stopped' : 'no engine was started from here')
  },
  status: async () => {
    const pid = await findEngine(enginePaths(stateDirectory))
    say(pid === null ? 'no engine was started from here' : `process ${pid}, ${enginePaths(stateDirectory).socket}`)
  },
}

const command = commands[process.argv[2] ?? '']
if (command === undefined) {
  console.error('usage: node scripts/container-engine/main.ts start|stop|status')
  process.exitCode = 1
} else {
  await command()
}
