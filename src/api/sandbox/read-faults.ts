import {
  sandboxFaultKinds, sandboxFaultsPerRequestMax, sandboxHeaderLengthMax, sandboxTagPrefix, timesParameter, type FaultParameter
} from '../../../schema/sandbox-faults.ts'
import { answerFaults, sandboxFaults, type SandboxFault } from '../../../schema/vocabulary.ts'
import { Problem } from '../../base/problem.ts'
import type { FaultWish } from '../../domain/sandbox/faults.ts'

/** Reads the header Kahub-Sandbox: `<fault>[; parameter=value][; repeat]`, several divided by commas. Throws `sandbox_fault_invalid`. */
export function readFaults (header: string): readonly FaultWish[] {
  if (header.length > sandboxHeaderLengthMax) throw refused(`is longer than ${sandboxHeaderLengthMax} characters`)
  const wishes = header.split(',').map(readFault)
  if (wishes.length > sandboxFaultsPerRequestMax) throw refused(`names more than ${sandboxFaultsPerRequestMax} faults`)
  if (new Set(wishes.map(({ fault }) => fault)).size < wishes.length) throw refused('names a fault twice')
  const ofAnswer = wishes.filter(({ fault }) => isOneOf(answerFaults, fault)).map(({ fault }) => fault)
  if (ofAnswer.length > 1) throw refused(`names ${ofAnswer.join(' and ')}: an answer can go wrong in one way only`)
  return wishes
}

/** The faults that tags of products ask for; of a tag that names none, nothing is made. */
export function faultsOfTags (tags: readonly string[]): readonly FaultWish[] {
  const named = new Set(tags.map(tag => tag.slice(sandboxTagPrefix.length)))
  return sandboxFaults.filter(fault => named.has(fault)).map(fault =>
    ({ fault, parameters: defaultsOf(fault), times: timesParameter.default }))
}

/** Whether a word stands in a closed list. */
export function isOneOf <const Words extends readonly string[]> (words: Words, word: string): word is Words[number] {
  return words.includes(word)
}

function readFault (text: string): FaultWish {
  const [name = '', ...rest] = text.split(';').map(part => part.trim())
  if (!isOneOf(sandboxFaults, name)) throw refused(`names ${JSON.stringify(name)}, which is no fault. Faults: ${sandboxFaults.join(', ')}`)
  const { parameters: known } = sandboxFaultKinds[name]
  const parameters: Record<string, number | string> = { ...defaultsOf(name) }
  let times: number | null = timesParameter.default
  for (const part of rest) {
    if (part === 'repeat') {
      times = null
      continue
    }
    const [key = '', value = ''] = part.split('=', 2)
    if (key === 'times') times = Number(readParameter(name, key, timesParameter, value))
    else if (Object.hasOwn(known, key)) parameters[key] = readParameter(name, key, known[key]!, value)
    else {
      const taken = [...Object.keys(known), 'times', 'repeat'].join(', ')
      throw refused(`gives ${name} the parameter ${JSON.stringify(key)}; it takes ${taken}`)
    }
  }
  return { fault: name, parameters, times }
}

function readParameter (fault: SandboxFault, name: string, parameter: FaultParameter, value: string): number | string {
  if ('words' in parameter) {
    if (parameter.words.includes(value)) return value
    throw refused(`needs ${name} of ${fault} to be one of ${parameter.words.join(', ')}`)
  }
  const { min, max } = parameter
  const number = /^[0-9]{1,7}$/.test(value) ? Number(value) : -1
  if (number < min || number > max) throw refused(`needs ${name} of ${fault} to be a whole number from ${min} to ${max}`)
  return number
}

function defaultsOf (fault: SandboxFault): Readonly<Record<string, number | string>> {
  return Object.fromEntries(Object.entries(sandboxFaultKinds[fault].parameters).map(([name, parameter]) => [name, parameter.default]))
}

/** The refusal of the header; `what` says what is wrong with it. */
export function refused (what: string): Problem {
  return new Problem('sandbox_fault_invalid', `Kahub-Sandbox ${what}.`, { errors: [{ pointer: 'kahub-sandbox', detail: what }] })
}
