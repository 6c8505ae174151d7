// No plaintext (I10), as `npm run fuzz -- --only canaries` shows it with more codes: what carries marks goes everywhere, and then
// everything that stays or goes elsewhere is searched for the marks, in every form in which they could stand there.
import t from 'tap'
import { controlSearch, judgeVoyage } from '../fuzz/canaries.ts'
import { sendCanaries } from '../fuzz/canaries-voyage.ts'

const voyage = await sendCanaries(t, 60)

t.test('canaries that went everywhere are found nowhere but with their buyers', async t => {
  t.same(voyage.faults, [], 'they went everywhere')
  const { rows, faults } = await judgeVoyage(voyage)
  t.same(faults, [], rows.join('\n'))
})

t.test('the search finds what is planted in every form, and what the database does keep in the open', async t => {
  t.same(await controlSearch(voyage), [])
})
