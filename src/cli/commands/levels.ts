import type { Command } from 'commander'
import type { Level } from '../../../sdk/src/admin.ts'
import { positiveInteger, wholeNumber } from '../arguments.ts'
import { examples } from '../examples.ts'
import { listOptions, printList, type ListOptions } from '../lists.ts'
import { printRecord, type Column } from '../output.ts'
import type { Run } from '../session.ts'

interface SetOptions {
  readonly name: string
  readonly rank: number
  readonly requestsPerMinute: number
  readonly holdSecondsMax?: number
  readonly heldCodesMax?: number
}

/** kahub levels. */
export function addLevels (program: Command, run: Run): void {
  const levels = program.command('levels').alias('level').description('levels of resellers: their prices and rate limits')

  examples(listOptions(levels.command('list').description('list levels, lowest rank first')), 'kahub levels list').action(
    run(async (session, options: ListOptions) => {
      await printList(
        session,
        options,
        session.admin.levels.list({ limit: 100 }),
        columns,
        'There are no levels yet: kahub levels set makes one.'
      )
    })
  )

  examples(
    levels
      .command('set <id>')
      .description('make a level, or change it')
      .requiredOption('--name <name>', 'its name for people')
      .requiredOption('--rank <n>', 'where it stands among the others, lowest first', wholeNumber)
      .option('--requests-per-minute <n>', 'for keys without a limit of their own', positiveInteger, 600)
      .option('--hold-seconds-max <n>', 'for how long stock may be held (30 to 900, the default)', positiveInteger)
      .option('--held-codes-max <n>', 'how many codes a reseller may hold at once (default 10000)', wholeNumber),
    'kahub levels set gold --name "Gold" --rank 3 --requests-per-minute 3000'
  ).action(
    run(async (session, id: string, options: SetOptions) => {
      const { name, rank, requestsPerMinute, holdSecondsMax, heldCodesMax } = options
      const level = await session.admin.levels.put(id, {
        name,
        rank,
        requests_per_minute: requestsPerMinute,
        ...(holdSecondsMax !== undefined && { hold_seconds_max: holdSecondsMax }),
        ...(heldCodesMax !== undefined && { held_codes_max: heldCodesMax })
      })
      printRecord(session.form, level, `Level ${level.id}`, [
        ['name', level.name],
        ['rank', level.rank],
        ['requests per minute', level.requests_per_minute],
        ['held for at most', `${level.hold_seconds_max} seconds`],
        ['codes held at once', level.held_codes_max]
      ])
    })
  )
}

const columns: ReadonlyArray<Column<Level>> = [
  { title: 'ID', of: level => level.id },
  { title: 'NAME', of: level => level.name },
  { title: 'RANK', of: level => level.rank },
  { title: 'REQUESTS/MIN', of: level => level.requests_per_minute },
  { title: 'HOLD SECONDS', of: level => level.hold_seconds_max },
  { title: 'HELD CODES', of: level => level.held_codes_max }
]
