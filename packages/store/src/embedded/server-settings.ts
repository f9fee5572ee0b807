/** Where a server listens: always on 127.0.0.1, and on a socket where the path is short enough for one. */
export interface ListenAddress {
  readonly port: number
  readonly socketDirectory: string | null
}

/**
 * The settings of the embedded server, given on its command line so that an upgrade of Cairn brings its own. Logs hold
 * no statements and no values, since those may be secrets.
 */
export function serverSettings(address: ListenAddress): Readonly<Record<string, string>> {
  return {
    listen_addresses: '127.0.0.1',
    port: String(address.port),
    unix_socket_directories: address.socketDirectory === null ? '' : address.socketDirectory,
    unix_socket_permissions: '0700',
    max_connections: '100',
    shared_buffers: '128MB',
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    jit: 'off',
    io_method: 'sync',
    timezone: 'UTC',
    log_timezone: 'UTC',
    logging_collector: 'on',
    log_directory: 'log',
    log_filename: 'postgres-%Y-%m-%dT%H-%M-%S.log',
    log_rotation_size: '10MB',
    log_rotation_age: '1d',
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
  }
}

/** `-c name=value` for each setting. */
export const settingArguments = (settings: Readonly<Record<string, string>>): string[] =>
  Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
