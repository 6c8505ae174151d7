import type { Plan } from './plan.ts'

const triesMax = 60

/** The smallest plan found that still fails, by leaving out one part after the other. */
export async function shrink (plan: Plan, fails: (plan: Plan) => Promise<boolean>): Promise<Plan> {
  let smallest = plan
  let tries = 0
  for (let found = true; found && tries < triesMax;) {
    found = false
    for (const smaller of smallerThan(smallest)) {
      if (++tries > triesMax) break
      if (!await fails(smaller)) continue
      smallest = smaller
      found = true
      break
    }
  }
  return smallest
}

function * smallerThan (plan: Plan): Generator<Plan> {
  for (const i of plan.query.keys()) yield { ...plan, query: plan.query.filter((_, at) => at !== i) }
  for (const name of Object.keys(plan.headers)) yield { ...plan, headers: without(plan.headers, name) }
  if (plan.raw !== undefined) return
  for (const body of smallerValues(plan.body)) yield { ...plan, body }
}

function * smallerValues (value: unknown): Generator<unknown> {
  if (typeof value === 'string' && value.length > 8) {
    yield value.slice(0, Math.floor(value.length / 2))
    yield value.slice(Math.floor(value.length / 2))
  }
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const i of value.keys()) yield value.filter((_, at) => at !== i)
    for (const [i, item] of value.entries()) for (const smaller of smallerValues(item)) yield value.with(i, smaller)
    return
  }
  for (const name of Object.keys(value)) yield without(value as Record<string, unknown>, name)
  for (const [name, item] of Object.entries(value)) for (const smaller of smallerValues(item)) yield { ...value, [name]: smaller }
}

function without<Value> (record: Readonly<Record<string, Value>>, name: string): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([other]) => other !== name))
}
