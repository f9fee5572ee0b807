/**
 * The shell program that holds a container until it is released, and what is said to it and by it.
 *
 * Always true:
 * - The holder runs the command at most once, and only after it has read one whole message: a line that begins and ends
 *   with the same tag and has the length that it tells. A message that was cut off, or mixed with another writer's, is
 *   dropped as if it had not come. After a release nothing is read any more.
 * - It says what it does in marks: lines on standard error that begin with its nonce. Exactly one of `released` and
 *   `unreleased` is said by a holder that is not killed, before the command starts or instead of it. So a container with
 *   the mark `released` has started its command, one with `unreleased` alone never will, and of one that ended with
 *   neither nobody knows.
 * - `ended` is said only after the command ended with 0, on both streams, after everything that the command had written.
 *
 * After `ended` it stays for a while, unless it is removed: an engine that takes a container apart is slow to start what
 * comes next, and the next step's command starts within milliseconds of the mark.
 *
 * The command runs as the shell's child, so that its end can be told at once: an engine tells it only when it has taken
 * the container apart. Signals that the container gets are handed on to it. A shell's child in the background ignores
 * SIGINT and SIGQUIT, for good; job control or `env` avoid that. Where neither is there (busybox), the command takes the
 * shell's place, and its end is told by the engine.
 */
/**
 * What a holder runs; its arguments are the nonce and how long it stays after the mark `ended`. The name shows it in a
 * list of processes.
 */
export function holderCommand(nonce: string, staySeconds: number): string[] {
  return ['/bin/sh', '-c', holdScript, 'cairn-held', nonce, String(staySeconds)]
}

const holdScript = `exec 3>&2 2>/dev/null
__cairn_mark=$1
__cairn_stay=$2
__cairn_tell() { printf '%s\\n' "$__cairn_mark $1" >&3; }
__cairn_give_up() { __cairn_tell unreleased; exit 97; }
trap __cairn_give_up HUP INT QUIT TERM
set -m
case $- in
  *m*) __cairn_way=jobs; set +m ;;
  *)
    __cairn_way=env
    /usr/bin/env --default-signal=INT,QUIT /bin/sh -c : </dev/null || __cairn_way=exec
    ;;
esac
__cairn_letter=é
__cairn_feed='
'
__cairn_tell holding
while :; do
  IFS= read -r __cairn_line || __cairn_give_up
  case $__cairn_line in
    "$__cairn_mark cancel") __cairn_give_up ;;
    "$__cairn_mark run "*) ;;
    *) continue ;;
  esac
  __cairn_text=\${__cairn_line#"$__cairn_mark run "}
  __cairn_tag=\${__cairn_text%% *}
  __cairn_text=\${__cairn_text#* }
  __cairn_bytes=\${__cairn_text%% *}
  __cairn_text=\${__cairn_text#* }
  __cairn_length=\${__cairn_text%% *}
  __cairn_text=\${__cairn_text#* }
  [ "\${#__cairn_letter}" = 1 ] || __cairn_length=$__cairn_bytes
  [ "\${#__cairn_text}" = "$__cairn_length" ] || continue
  case $__cairn_text in *" # $__cairn_tag") break ;; esac
done
__cairn_child=
__cairn_got=
for __cairn_signal in HUP INT QUIT TERM USR1 USR2; do
  trap "__cairn_got=$__cairn_signal; [ -z \\"\\$__cairn_child\\" ] || kill -s $__cairn_signal \\"\\$__cairn_child\\"" $__cairn_signal
done
eval "$__cairn_text"
case $__cairn_way in
  jobs) set -m; "$@" </dev/null 2>&3 3>&- & __cairn_child=$!; set +m ;;
  env) /usr/bin/env --default-signal=INT,QUIT "$@" </dev/null 2>&3 3>&- & __cairn_child=$! ;;
  *) exec "$@" </dev/null 2>&3 3>&- ;;
esac
[ -z "$__cairn_got" ] || kill -s "$__cairn_got" "$__cairn_child"
__cairn_code=
while :; do
  __cairn_got=
  wait "$__cairn_child"
  __cairn_last=$?
  [ "$__cairn_last" = 127 ] && [ -n "$__cairn_code" ] || __cairn_code=$__cairn_last
  [ -n "$__cairn_got" ] || break
done
[ "$__cairn_code" != 0 ] || {
  printf '%s\\n' "$__cairn_mark ended"
  __cairn_tell ended
  sleep "$__cairn_stay"
}
exit "$__cairn_code"
`
