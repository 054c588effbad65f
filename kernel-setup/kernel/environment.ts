/**
 * Sets what native libraries read from the environment when they are loaded; imported before anything else.
 * What the user has set stays.
 */
const defaults = {
  // TensorFlow's notices would go to the terminal that Jupyter runs in: only its errors do.
  TF_CPP_MIN_LOG_LEVEL: '2',
  // Off by default on AMD processors, where it makes products with a transposed operand two to four times faster.
  TF_ENABLE_ONEDNN_OPTS: '1',
};

for (const [name, value] of Object.entries(defaults)) process.env[name] ??= value;
