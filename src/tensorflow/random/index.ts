export { MersenneTwister } from './mersenne-twister';
export { permutation } from './permutation';
export { PythonRandom } from './python-random';
