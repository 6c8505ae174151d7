// The plans that need more than the contract says: samples, requests that were taken before, and what is kept on this machine.
import type { World } from '../../schema/vocabulary.ts'
import type { Taking } from './contract-schemas.ts'
import { planOfSample, type Plan } from './plan.ts'
import type { Stage } from './stage.ts'
import { tokenForm } from './token-sample.ts'

/** A plan that the operation fulfils; undefined where the world has no such operation. */
export async function sampleOf (stage: Stage, taking: Taking, world: World): Promise<Plan | undefined> {
  const { operationId } = taking
  const isLever = taking.path.startsWith('/v1/sandbox/')
  if (isLever && world === 'live') return undefined
  if (operationId === 'createToken') {
    const body = await tokenForm(stage, stage.wire.url, world, stage.furniture[world].reseller.id)
    return planOfSample(taking, world, { body, type: Object.keys(taking.bodies)[0]! })
  }
  if (operationId === 'debugSignature') {
    return planOfSample(taking, world, { body: { method: 'GET', url: 'https://shop.invalid/', headers: {} } })
  }
  if (!taking.signed) return planOfSample(taking, world, {})
  return kept(planOfSample(taking, world, await stage.sample(operationId, stage.furniture[world])))
}

/** A request that is known to be taken, under a reference of its own. */
export function renewed (plan: Plan, number: number): Plan {
  const { body, query } = plan
  const again = typeof body === 'object' && body !== null && 'reference' in body ? { ...body, reference: `again ${number}` } : body
  const isNew = (name: string): boolean => name === 'reference' && plan.type !== undefined
  return { ...plan, body: again, query: query.map(([name, value]) => [name, isNew(name) ? `again ${number}` : value]) }
}

/** No gateway of the real world is let in: nothing is sent to anybody but this machine. */
export function kept (plan: Plan): Plan {
  const { operationId } = plan.taking
  if (operationId === 'enableGateway') return { ...plan, path: { id: 'sandbox' } }
  if (operationId !== 'putGateway') return plan
  const { raw, ...whole } = plan
  const { body } = plan
  if (typeof body !== 'object' || body === null || ('kind' in body && body.kind === 'sandbox')) return whole
  return { ...whole, body: { ...body, state: 'disabled' } }
}
