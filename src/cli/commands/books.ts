import type { Command } from 'commander'
import { examples } from '../examples.ts'
import { RefusedError } from '../failures.ts'
import { printJson, say } from '../output.ts'
import type { Run } from '../session.ts'

/** A proof reads every row there is. */
const proofTimeoutMs = 600_000

/** kahub books. */
export function addBooks (program: Command, run: Run): void {
  examples(
    program
      .command('books')
      .description('prove from the rows that no money and no code is lost or counted twice; exit code 1 when it is not so'),
    'kahub books'
  ).action(
    run(async session => {
      const options = { timeoutMs: proofTimeoutMs, signal: session.stop }
      const money = await session.admin.books.prove(options)
      const stock = await session.admin.stock.prove(options)
      const faults = [
        ...money.faults.map(({ invariant, detail }) => ({ pointer: invariant, detail })),
        ...stock.faults.map(({ proof, detail }) => ({ pointer: proof, detail }))
      ]
      if (!money.sound || !stock.sound) throw new RefusedError('books_unsound', 'The books do not hold.', { errors: faults })
      if (session.form === 'json') return printJson({ sound: true, money, stock })
      say('Money: every balance is the sum of its transfers, and every order is paid and delivered or refunded.')
      say('Stock: no code is sold twice, none is lost, and the counts are right.')
      say('The books are sound.')
    })
  )
}
