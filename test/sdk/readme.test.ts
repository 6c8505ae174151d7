// The program of sdk/README.md, run against a real server.
import t from 'tap'
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { textsIn } from '../support/fences.ts'
import { openHouse } from '../support/house.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

t.test('the blocks of sdk/README.md are one program, which says what they say', async t => {
  const house = await openHouse(t)
  await house.sku({ codes: ['README-CANARY-1', 'README-CANARY-2', 'README-CANARY-3'] })
  const alice = await house.reseller({ balance: '1000' })
  const program = textsIn(readFileSync(`${root}sdk/README.md`, 'utf8'), 'js').join('\n')
  const folder = t.testdir()
  mkdirSync(`${folder}/.kahub`)
  writeFileSync(`${folder}/.kahub/demo.json`, JSON.stringify(alice.credentials))
  writeFileSync(`${folder}/shop.mjs`, program.replaceAll('\'@kahub/sdk\'', `'${root}sdk/src/index.ts'`))
  const { stdout } = await promisify(execFile)(process.execPath, ['shop.mjs'], { cwd: folder })
  const id = 'ord_[0-9a-z]{26}'
  t.match(stdout, new RegExp([
    `^bought ${id} sdk_[0-9a-f]{32} [\\d.]+ CNY`,
    'code Secret\\(…\\) 15 characters', 'code Secret\\(…\\) 15 characters', 'for the safe true',
    'again true',
    'refused reference_reused 409 shop-1 false #reference_reused', 'lost true ConnectionError connection_failed true',
    `order ${id} completed`, `order ${id} completed`, 'page of 1', 'page of 1', 'newest 1',
    'streamed 1 1 Secret\\(…\\)', 'streamed 2 1 Secret\\(…\\)',
    'with response true 200 true', 'as response false application.json.*', 'raw true',
    'callback true', 'forged signature_wrong',
    'one resource true\\n$'
  ].join('\\n')))
  t.notMatch(stdout, 'CANARY')
  await house.proves(t)
})
