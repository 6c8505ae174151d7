// Money, to the last digit: what is read, what is written, and where each rounding turns.
import t from 'tap'
import { currencies, type Currency } from '../../schema/vocabulary.ts'
import {
  amountMax, amountScale, applyRate, formatAmount, lineTotal, minorUnit, moneyView, parseAmount, roundShare, roundToMinor
} from '../../src/base/money.ts'

t.test('a decimal string of major units is read to the ten-thousandth', async t => {
  const read: readonly (readonly [string, bigint])[] = [
    ['0', 0n], ['-0', 0n], ['7', 70_000n], ['10', 100_000n], ['98.25', 982_500n], ['-98.25', -982_500n], ['0.0001', 1n], ['0.1', 1_000n],
    ['1.5', 15_000n], ['-0.0001', -1n], ['12.3456', 123_456n], ['1.0000', 10_000n], ['905', 9_050_000n]
  ]
  for (const [text, amount] of read) t.equal(parseAmount(text), amount, text)
})

t.test('what is no such string, too fine or too large is not read', async t => {
  const refused = [
    '', '-', '+1', '01', '00', '1.', '.5', '1.23456', '1,5', '1e3', ' 1', '1 ', '1\n', '0x1', '--1', '1.-5', '1..5', '1.5.5', 'NaN', '１',
    '1a5', 'x1', '1x',
    '1000000000000000', '9'.repeat(30)
  ]
  for (const text of refused) t.equal(parseAmount(text), undefined, JSON.stringify(text))
})

t.test('amounts end at 100 billion major units on both sides', async t => {
  t.equal(amountScale, 10_000n)
  t.equal(amountMax, 1_000_000_000_000_000n)
  t.equal(parseAmount('100000000000'), amountMax)
  t.equal(parseAmount('-100000000000'), -amountMax)
  t.equal(parseAmount('100000000000.0001'), undefined)
  t.equal(parseAmount('-100000000000.0001'), undefined)
  t.equal(parseAmount('999999999999999'), undefined)
})

t.test('an amount is written with as many digits as it needs, and no fewer than its currency has', async t => {
  const written: readonly (readonly [bigint, Currency, string])[] = [
    [0n, 'CNY', '0.00'], [0n, 'JPY', '0'], [0n, 'KWD', '0.000'], [10_000n, 'CNY', '1.00'], [10_000n, 'JPY', '1'], [10_000n, 'KWD', '1.000'],
    [982_500n, 'CNY', '98.25'], [-982_500n, 'CNY', '-98.25'], [1n, 'CNY', '0.0001'], [1n, 'JPY', '0.0001'], [-1n, 'KWD', '-0.0001'],
    [10n, 'CNY', '0.001'], [100n, 'CNY', '0.01'], [1_000n, 'CNY', '0.10'], [1_000n, 'JPY', '0.1'], [1_000n, 'KWD', '0.100'],
    [1_234_560n, 'CNY', '123.456'], [1_234_567n, 'JPY', '123.4567'], [100_000n, 'JPY', '10'], [10_010n, 'JPY', '1.001']
  ]
  for (const [amount, currency, text] of written) {
    t.equal(formatAmount(amount, currency), text, `${amount} ${currency}`)
    t.same(moneyView(amount, currency), { amount: text, currency })
    t.equal(parseAmount(text), amount, 'and reads back as it was')
  }
})

t.test('a minor unit is a fen, a yen, a fils', async t => {
  t.equal(minorUnit('CNY'), 100n)
  t.equal(minorUnit('JPY'), 10_000n)
  t.equal(minorUnit('KWD'), 10n)
  for (const currency of Object.keys(currencies) as Currency[]) {
    t.equal(formatAmount(minorUnit(currency), currency), currencies[currency] === 0 ? '1' : `0.${'1'.padStart(currencies[currency], '0')}`)
  }
})

t.test('a line is rounded once, half up, away from zero below it', async t => {
  const totals: readonly (readonly [bigint, number, Currency, bigint])[] = [
    [10_049n, 1, 'CNY', 10_000n], [10_050n, 1, 'CNY', 10_100n], [10_051n, 1, 'CNY', 10_100n], [10_049n, 2, 'CNY', 20_100n],
    [10_033n, 3, 'CNY', 30_100n], [-10_050n, 1, 'CNY', -10_100n], [-10_049n, 1, 'CNY', -10_000n], [4_999n, 1, 'JPY', 0n],
    [5_000n, 1, 'JPY', 10_000n], [-5_000n, 1, 'JPY', -10_000n], [10_005n, 1, 'KWD', 10_010n], [10_004n, 1, 'KWD', 10_000n],
    [0n, 9, 'CNY', 0n],
    [10_000n, 0, 'CNY', 0n]
  ]
  for (const [unitPrice, quantity, currency, total] of totals) {
    t.equal(lineTotal(unitPrice, quantity, currency), total, `${quantity} × ${unitPrice} ${currency}`)
  }
  t.equal(roundToMinor(12_345n, 'CNY'), 12_300n)
})

t.test('a part of a total is rounded once, half up, and all of it is all', async t => {
  const shares: readonly (readonly [bigint, number, number, Currency, bigint])[] = [
    [10_000n, 1, 3, 'CNY', 3_300n], [10_000n, 2, 3, 'CNY', 6_700n], [10_000n, 3, 3, 'CNY', 10_000n], [10_100n, 1, 2, 'CNY', 5_100n],
    [10_000n, 1, 2, 'JPY', 10_000n], [20_000n, 1, 3, 'JPY', 10_000n], [10_000n, 1, 3, 'JPY', 0n], [10_010n, 1, 2, 'KWD', 5_010n],
    [10_000n, 0, 3, 'CNY', 0n], [0n, 1, 3, 'CNY', 0n], [7_000_000n, 5, 7, 'CNY', 5_000_000n]
  ]
  for (const [total, part, whole, currency, share] of shares) {
    t.equal(roundShare(total, part, whole, currency), share, `${part} of ${whole} of ${total} ${currency}`)
  }
})

t.test('a rate keeps the ten-thousandth and rounds it half up', async t => {
  const rated: readonly (readonly [bigint, number, bigint])[] = [
    [1_000_000n, 9_500, 950_000n], [10_000n, 10_000, 10_000n], [1n, 5_000, 1n], [1n, 4_999, 0n], [3n, 5_000, 2n],
    [33_333n, 3_333, 11_110n], [0n, 9_999, 0n],
    [10_000n, 1, 1n]
  ]
  for (const [amount, rate, after] of rated) t.equal(applyRate(amount, rate), after, `${amount} × ${rate}`)
})
