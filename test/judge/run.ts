// The judge as a command: a table of its verdicts; its end says whether all of them passed.
import { parseArgs } from 'node:util'
import { judge } from './judge.ts'

const help = `Decides I1–I14 from a world's rows, and from journals, alone.

  node bin/node.cjs test/judge/run.ts --database postgres://… [--world live|test] [--journals FOLDER] [--orders N] [--quiet]

  --database  the owner's address of the database
  --world     live (default) or test
  --journals  a folder of *.journal.ndjson: what clients, receivers and killers wrote down
  --orders    how many orders there are to be, no more and no less
  --quiet     nothing is under way any more: what is still due, or past its time, is a fault
  --help      this text
`

const { values } = parseArgs({
  options: {
    database: { type: 'string' },
    world: { type: 'string', default: 'live' },
    journals: { type: 'string' },
    orders: { type: 'string' },
    quiet: { type: 'boolean' },
    help: { type: 'boolean' }
  }
})

if (values.help) console.log(help)
else process.exitCode = await run()

async function run (): Promise<number> {
  const { database, world, journals, orders, quiet } = values
  if (database === undefined || (world !== 'live' && world !== 'test') || !/^\d*$/.test(orders ?? '')) {
    console.error(help)
    return 2
  }
  const startedMs = performance.now()
  const verdicts = await judge({
    database, world, journals, ordersExpected: orders === undefined ? undefined : Number(orders), ...quiet && { quiet: true }
  })
  console.log('| invariant | says | looked at | faults |\n|---|---|---:|---|')
  for (const { invariant, says, looked, faults } of verdicts) {
    console.log(`| ${invariant} | ${says} | ${looked} | ${faults.length === 0 ? 'none' : faults.join('<br>')} |`)
  }
  const failed = verdicts.filter(({ faults }) => faults.length > 0).length
  console.log(`\njudged in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`)
  console.log(`${verdicts.length - failed} passed, ${failed} failed`)
  return failed > 0 ? 1 : 0
}
