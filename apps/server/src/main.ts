#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Half of a warm start was compiling what has not changed since the last one; so this comes before every other import.
enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/cairn-server'))
const { fail, runServer } = await import('./run-server.ts')
runServer().catch(fail)
