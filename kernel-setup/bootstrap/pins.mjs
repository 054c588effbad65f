// What is downloaded besides npm's and Python's own lists: exact files, with their SHA-256.

/**
 * The wheel that holds TensorFlow's C library for one platform.
 * @typedef {object} LibraryPin
 * @property {string} version of TensorFlow
 * @property {string} package its name on the Python package index
 * @property {string} platform the wheel's platform tag
 * @property {string} wheel its file name
 * @property {string} sha256
 * @property {number} megabytes
 * @property {string[]} libraries file names in the wheel's `tensorflow` folder, the one to link first
 */

/**
 * The wheel with the Zig compiler for one platform.
 * @typedef {object} ZigPin
 * @property {string} version
 * @property {string} platform the wheel's platform tag
 * @property {string} sha256
 * @property {number} megabytes
 */

const version = '2.21.0';
const linuxLibraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** @type {Record<string, LibraryPin>} keyed by `process.platform`-`process.arch` */
export const libraryPins = {
  'linux-x64': {
    version,
    package: 'tensorflow-cpu',
    platform: 'manylinux_2_27_x86_64',
    wheel: `tensorflow_cpu-${version}-cp311-cp311-manylinux_2_27_x86_64.whl`,
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    megabytes: 274,
    libraries: linuxLibraries,
  },
  'linux-arm64': {
    version,
    package: 'tensorflow',
    platform: 'manylinux_2_27_aarch64',
    wheel: `tensorflow-${version}-cp311-cp311-manylinux_2_27_aarch64.whl`,
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    megabytes: 282,
    libraries: linuxLibraries,
  },
  'darwin-arm64': {
    version,
    package: 'tensorflow',
    platform: 'macosx_12_0_arm64',
    wheel: `tensorflow-${version}-cp311-cp311-macosx_12_0_arm64.whl`,
    sha256: '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
    megabytes: 223,
    libraries: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
  },
};

const zigVersion = '0.15.2';

/** @type {Record<string, ZigPin>} keyed by `process.platform`-`process.arch` */
export const zigPins = {
  'linux-x64': {
    version: zigVersion,
    platform: 'manylinux_2_12_x86_64',
    sha256: '806316453d1ede7174ed3fefb8e5348154629089c3bb5fe812dfd0e172fac130',
    megabytes: 97,
  },
  'linux-arm64': {
    version: zigVersion,
    platform: 'manylinux_2_17_aarch64',
    sha256: 'edc0aa60ec964a4cf462d40f68d7de242ddf37fd9a80f2afaee6397059463230',
    megabytes: 93,
  },
  'darwin-arm64': {
    version: zigVersion,
    platform: 'macosx_12_0_arm64',
    sha256: 'acae2a9ce67ed249ad68d42c21bc73b5f9d51a33ba5ea42f609f78683e8d9bb7',
    megabytes: 88,
  },
};

/** The C headers, below the wheel's `tensorflow/include`, that tfjs-node's binding includes. */
export const headers = [
  'tensorflow/c/c_api.h',
  'tensorflow/c/c_api_macros.h',
  'tensorflow/c/eager/c_api.h',
  'tensorflow/c/tf_attrtype.h',
  'tensorflow/c/tf_buffer.h',
  'tensorflow/c/tf_datatype.h',
  'tensorflow/c/tf_status.h',
  'tensorflow/c/tf_tensor.h',
  'tensorflow/c/tf_tstring.h',
  'tensorflow/core/platform/ctstring.h',
  'tensorflow/core/platform/ctstring_internal.h',
  'tsl/platform/ctstring.h',
  'tsl/platform/ctstring_internal.h',
  'xla/tsl/c/tsl_status.h',
];
