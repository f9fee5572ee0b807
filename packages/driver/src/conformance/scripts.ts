/** The shell scripts of the suite, by name; the fake knows a program for each of their texts. */
export const scripts = {
  succeed: 'true',
  exitSeven: 'exit 7',
  unknownProgram: 'no-such-program-here',
  sayOnce: 'echo started',
  runUntilStopped: 'echo started; while :; do sleep 0.05; done',
  obeyStop: 'trap "exit 143" TERM; echo ready; while :; do sleep 0.05; done',
  ignoreStop: 'trap "" TERM; echo ready; while :; do sleep 0.05; done',
  tick: 'while :; do echo tick; sleep 0.02; done',
  endSoon: 'sleep 0.4; exit 3',
  printEnvironment: `perl -e 'for (sort grep /^CONF_/, keys %ENV) { print "$_ ", unpack("H*", $ENV{$_}), "\\n" }'`,
  twoStreams: 'echo out one; echo err one >&2; sleep 0.1; echo out two; echo err two >&2',
  speakLater: 'echo one; sleep 0.6; echo two',
  threeMoments: 'for i in 1 2 3; do echo line $i; sleep 0.05; done',
  manyLines: 'for i in $(seq 1 1500); do echo out $i; echo err $i >&2; done',
  garbage: `printf '\\377\\376 a\\r\\033[31mred\\033[0m\\n'`,
  longLine: `head -c 600000 /dev/zero | tr '\\0' x; echo; echo after`,
  noLineFeed: `printf 'no line feed'`,
  twentyMegabytes: `head -c 20000000 /dev/zero | tr '\\0' x | fold -w 199`,
  writeFiles:
    'printf relative > out.txt; mkdir -p sub; printf absolute > /tmp/abs.txt; printf 0123456789 > ten; ' +
    'ln -s sub/../ten link; ln -s nowhere dangling; ln -s loop loop; mkfifo pipe; head -c 3000000 /dev/zero > zeros',
  memoryHog: 'exec tail /dev/zero',
  childMemoryHog: 'tail /dev/zero; exit 3',
  survivedMemoryHog: 'tail /dev/zero; exit 0',
  forkMany: 'for i in $(seq 1 60); do sleep 20 & done; echo all forked',
} as const
