// What of a failure reaches the log: enough to find it, and nothing that was asked or stored.
import t from 'tap'
import postgres from 'postgres'
import { safeError } from '../../src/api/problems.ts'

t.test('what the database says of a failure is not logged, for it quotes values; what we say is', async t => {
  const code = 'GIFT-7Q2M-XX41'
  const told = {
    code: '23505',
    message: `duplicate key value: (${code})`,
    detail: `Key (secret)=(${code}) already exists.`,
    where: `unnamed portal parameter $1 = '${code}'`,
    constraint_name: 'codes_pkey',
    table_name: 'codes',
    routine: '_bt_check_unique'
  }
  const error = Object.assign(new postgres.PostgresError(told.message), told, { query: `insert into codes values ('${code}')`, parameters: [code] })
  t.match(error, { name: 'PostgresError', message: /GIFT/, detail: /GIFT/ }, 'it is as the driver throws it')
  const logged = safeError(error)
  t.notMatch(JSON.stringify(logged), code.slice(0, 9))
  t.match(logged, { type: 'PostgresError', code: '23505', constraint: 'codes_pkey', table: 'codes', routine: '_bt_check_unique' })
  t.match(safeError(new RangeError('beyond the end')), { type: 'RangeError', message: 'beyond the end', stack: /logged-errors/ })
  t.same(safeError('thrown'), { type: 'string' })
})
