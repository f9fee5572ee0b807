import type { CairnClient } from '@cairn/sdk'
import type { Environment } from '../environment.ts'
import type { FileSurroundings } from '../templates/load-file.ts'
import type { Output, Streams } from '../output/output.ts'
import type { Progress } from '../output/progress.ts'
import { DryRun } from './dry-run.ts'
import { type Target, type TargetOptions, findTarget } from './target.ts'

/** A file that a dry run would upload. */
export interface UploadedFile {
  readonly path: string
  readonly bytes: number
}

interface SessionParts {
  readonly environment: Environment
  readonly output: Output
  readonly progress: Progress
  readonly streams: Streams
  readonly signal: AbortSignal
  readonly workingDirectory: string
  readonly target: TargetOptions
  readonly isDryRun: boolean
}

/** What a command works with. The SDK is loaded when a command first calls. */
export class Session {
  readonly environment: Environment
  readonly output: Output
  readonly progress: Progress
  readonly streams: Streams
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  readonly workingDirectory: string
  readonly isDryRun: boolean
  readonly #targetOptions: TargetOptions
  #target: Target | null = null
  #client: CairnClient | null = null
  #dryRun: DryRun | null = null
  #uploads: readonly UploadedFile[] | null = null
  #exitCode = 0

  constructor(parts: SessionParts) {
    this.environment = parts.environment
    this.output = parts.output
    this.progress = parts.progress
    this.streams = parts.streams
    this.signal = parts.signal
    this.workingDirectory = parts.workingDirectory
    this.isDryRun = parts.isDryRun
    this.#targetOptions = parts.target
  }

  /** The server and the token of this command. */
  async target(): Promise<Target> {
    this.#target ??= await findTarget(this.#targetOptions, this.environment)
    return this.#target
  }

  /** Of a command that finds its server by itself. */
  useTarget(target: Target): void {
    this.#target = target
  }

  /** Known without looking for one; null before the first call. */
  knownTarget(): Target | null {
    return this.#target
  }

  async client(): Promise<CairnClient> {
    if (this.#client !== null) return this.#client
    const { url, token } = await this.target()
    const { createClient } = await import('@cairn/sdk')
    this.#dryRun = this.isDryRun ? new DryRun(url) : null
    this.#client = createClient({
      baseUrl: url,
      token,
      // Every call ends with Ctrl-C, whether or not its command hands the signal on.
      signal: this.signal,
      ...(this.#dryRun === null ? {} : { fetch: this.#dryRun.fetch }),
    })
    return this.#client
  }

  /** Remembers what a dry run lists beside the request. */
  noteUpload(files: readonly UploadedFile[]): void {
    this.#uploads = files
  }

  /** What a dry run kept back; null when this is none, or nothing was to be written. */
  dryRunResult(): unknown {
    const result = this.#dryRun?.result() ?? null
    if (result === null) return null
    return this.#uploads === null ? result : { ...result, files: this.#uploads }
  }

  /** Where and with what templates are read. */
  surroundings(): FileSurroundings {
    return { workingDirectory: this.workingDirectory, environment: this.environment.all }
  }

  /** Lets a command that has printed its answer end with another exit code than 0. */
  endWith(exitCode: number): void {
    this.#exitCode = exitCode
  }

  exitCode(): number {
    return this.#exitCode
  }
}
