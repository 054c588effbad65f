"""Runs all of jupyter_kernel_test on one kernel, and writes a line of JSON for each sub-test.

usage: jupyter-kernel-test.py KERNEL_NAME, in the folder of the notebooks
"""

import json
import sys
import unittest

import jupyter_kernel_test


class Kernel(jupyter_kernel_test.KernelTests):
    kernel_name = sys.argv[1]
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('careful')"
    code_generate_error = "throw new RangeError('on purpose')"
    code_page_something = "?Math.hypot"
    code_inspect_sample = "Math.hypot"
    code_clear_output = "import { clearOutput } from '../src/notebook/clear-output'; clearOutput();"

    completion_samples = [
        {"text": "Math.hyp", "matches": ["hypot"]},
        {"text": "console.gro", "matches": ["group", "groupCollapsed", "groupEnd"]},
        {"text": "[1, 2].findLastI", "matches": ["findLastIndex"]},
    ]
    complete_code_samples = [
        "1 + 1",
        "const one: number = 1;",
        "function f(n: number) {\n  return n;\n}",
        "await Promise.resolve(1)",
        "for await (const n of [1]) console.log(n)",
        "import { join } from 'node:path'",
        "?Math.hypot",
    ]
    incomplete_code_samples = [
        "function f(n: number) {",
        "class A {\n  b(",
        "const list = [1,",
        "1 +",
        "if (true)",
        "try { }",
        "`a template",
        "`${",
        "/* a comment",
        "import { join } from",
    ]
    invalid_code_samples = ["const = 1", ")", "const a = [1, 2;\n", "'not closed", "f(1\n\n) }"]

    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "['a', new Map([[1, 2]])]", "result": "[ 'a', Map(1) { 1 => 2 } ]"},
        {"code": "const square = (n: number) => n ** 2;\nsquare(12)", "result": "144"},
        {
            "code": "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>b</b>' }) })",
            "mime": "text/html",
            "result": "<b>b</b>",
        },
    ]
    code_display_data = [
        {"code": "import { display } from 'tslab'; display.html('<b>b</b>')", "mime": "text/html"},
        {"code": "import { display } from 'tslab'; display.png(Buffer.from('png'))", "mime": "image/png"},
        {"code": "import { display } from 'tslab'; display.svg('<svg/>')", "mime": "image/svg+xml"},
    ]
    code_history_pattern = "6 ?*7"
    supported_history_operations = ("tail", "range", "search")

    def execute_helper(self, *args, **kwargs):
        # The package gives each message a tenth of a second, which a busy machine may need.
        channel = self.kc.iopub_channel
        get_msg = channel.get_msg
        channel.get_msg = lambda timeout: get_msg(timeout=max(timeout, jupyter_kernel_test.TIMEOUT))
        try:
            return super().execute_helper(*args, **kwargs)
        finally:
            channel.get_msg = get_msg


class Welcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = sys.argv[1]
    support_iopub_welcome = True


class Report(unittest.TestResult):
    """A test with sub-tests counts as these, another one as one."""

    def startTest(self, test):
        super().startTest(test)
        self.parts = 0

    def addSubTest(self, test, subtest, err):
        self.parts += 1
        self.write(subtest, "failed" if err else "passed", err and self._exc_info_to_string(err, test))

    def addSuccess(self, test):
        if self.parts == 0:
            self.write(test, "passed")

    def addFailure(self, test, err):
        self.write(test, "failed", self._exc_info_to_string(err, test))

    addError = addFailure

    def addSkip(self, test, reason):
        self.parts += 1
        self.write(test, "skipped", reason)

    def write(self, test, outcome, detail=None):
        name = test.id().removeprefix("__main__.")
        print(json.dumps({"name": name, "outcome": outcome, "detail": detail}), flush=True)


if __name__ == "__main__":
    unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__]).run(Report())
