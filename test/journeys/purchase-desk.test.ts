import t from 'tap'
import { buysOn } from './buys-on.ts'

await buysOn(t, 'desktop')
