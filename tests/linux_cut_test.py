# SPDX-License-Identifier: GPL-2.0-only
"""The cutter of sut/linux/tree: what it takes for a definition, and that it takes it whole."""

import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "sut", "linux", "tree"))
sys.dont_write_bytecode = True

import csource  # noqa: E402
import cut  # noqa: E402


class CutTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "source.c")

    def cut(self, text, *names):
        with open(self.path, "w", encoding="latin-1", newline="") as file:
            file.write(text)
        return cut.cut(self.path, names, "source.c")

    def names(self, text):
        return [(item.kind, item.names) for item in csource.definitions(text)]

    def assertCut(self, text, name, expected, line):
        """@name alone gives @expected, said to be from @line."""
        out = self.cut(text, name)
        self.assertTrue(out.endswith(f'#line {line} "source.c"\n{expected}\n'), out)

    def test_function(self):
        body = "int one(int a)\n{\n\treturn a;\n}"
        self.assertCut("int zero(void);\n\n" + body + "\nint two(void) { return 2; }\n",
                       "one", body, 3)

    def test_return_type_and_attributes_on_lines_before(self):
        body = "static __always_inline struct x *\n__must_check\none(int a) __must_hold(&a)\n{\n}"
        self.assertCut("int zero;\n" + body + "\n", "one", body, 2)

    def test_attribute_with_arguments_before_the_function(self):
        body = "__printf(1, 2)\nvoid one(const char *text, ...)\n{\n}"
        self.assertCut(body + "\n", "one", body, 1)
        body = "static __printf(1, 2) void two(const char *text, ...)\n{\n}"
        self.assertCut(body + "\n", "two", body, 1)

    def test_name_with_underscores(self):
        body = "void __one(void)\n{\n}"
        self.assertCut(body + "\n", "__one", body, 1)

    def test_braces_in_text_do_not_count(self):
        body = ("void one(void)\n{\n\tputs(\"} \\\" }\" \"//\"); /* } \" */\n\tputc('}'); // } '\n"
                "\tputc('\\'');\n}")
        self.assertCut(body + "\nint two;\n", "one", body, 1)

    def test_conditionals_in_a_body(self):
        body = ("void one(void)\n{\n#ifdef A\n\tif (a()) {\n#elif defined(B) /* { */\n"
                "\tif (b()) {\n#else\n\t{\n#endif\n\t\tc();\n\t}\n}")
        self.assertCut(body + "\nint two;\n", "one", body, 1)
        self.assertCut(body + "\nint two;\n", "two", "int two;", 13)

    def test_struct_with_function_pointers(self):
        body = "struct one {\n\tint (*call)(struct one *self);\n\tstruct { int a; } b[2];\n} __packed;"
        self.assertCut("struct one;\n" + body + "\nstruct one *two(void);\n", "struct one", body, 2)

    def test_enumerators_and_typedefs(self):
        body = "enum {\n\tONE = MAX(1, 2), /* , X */\n\tTWO,\n};"
        self.assertCut(body + "\n", "TWO", body, 1)
        body = "typedef int (*one_t)(int a, int b);"
        self.assertCut(body + "\n", "one_t", body, 1)
        self.assertEqual(self.names("typedef struct { int a; } two_t;"), [("type", ["two_t"])])

    def test_tables_with_values(self):
        body = "static const struct ops one = {\n\t.a = f(1),\n\t.b = { [0] = 1 },\n};"
        self.assertCut("extern const struct ops one;\n" + body + "\nint x;\n", "one", body, 2)
        self.assertEqual(self.names('static const char *const t[] = { "a", "b" };'),
                         [("variable", ["t"])])

    def test_variables(self):
        for text, names in {
            "int a, *b = &a, c[3] = { 1, 2 };": ["a", "b", "c"],
            "static int a __read_mostly = 3;": ["a"],
            "static int (*hook)(int a) = f;": ["hook"],
            "static DEFINE_SPINLOCK(lock);": ["lock"],
            "LIST_HEAD(units);": ["units"],
            "static struct s { int m; } a[] = { { 1 } };": ["struct s", "a"],
        }.items():
            self.assertEqual(self.names(text), [("variable", names)], text)

    def test_what_defines_nothing(self):
        for text in ("int f(int a);", "extern int a;", "struct s;", "EXPORT_SYMBOL_GPL(f);",
                     "static int f(void) __must_check;", "module_init(f);", ";"):
            self.assertEqual(self.names(text), [], text)

    def test_macro_call_without_semicolon(self):
        body = "int one(void)\n{\n}"
        self.assertCut("module_init(zero)\n" + body + "\n", "one", body, 2)

    def test_macro_with_continuation(self):
        body = "#define for_each(a, b) \\\n\tfor (a = b; /* { \\\n\t */ a; a--)"
        self.assertCut("int x;\n" + body + "\nint y;\n", "for_each", body, 2)

    def test_bytes_stay(self):
        body = "int one(void)\n{\n\treturn '\xe9'; \t \n}"
        self.assertCut("/* \xff */\n" + body + "\n", "one", body, 2)

    def test_conditionals_around_a_definition(self):
        text = ("#ifdef A\nint one(void)\n{\n\treturn 1;\n}\n#else\nint one(void)\n{\n\treturn 2;\n}\n"
                "#endif\n")
        out = self.cut(text, "one")
        self.assertEqual(
            out,
            '#ifdef A\n#line 2 "source.c"\nint one(void)\n{\n\treturn 1;\n}\n#endif\n\n'
            '#ifdef A\n#else\n#line 7 "source.c"\nint one(void)\n{\n\treturn 2;\n}\n#endif\n')

    def test_straddling_definition_is_refused(self):
        with self.assertRaisesRegex(cut.MissingName, r"source.c:2: `one` begins and ends under"):
            self.cut("#ifdef A\nint one(void)\n#else\nint one(int a)\n#endif\n{\n}\n", "one")

    def test_missing_names_are_all_told(self):
        with self.assertRaises(cut.MissingName) as caught:
            self.cut("int one;\n", "two", "struct one", "?three", "four|five", "one")
        text = str(caught.exception)
        for part in ("no function, variable or macro `two`", "no `struct one`",
                     "`four` or function, variable or macro `five`"):
            self.assertIn(part, text)
        self.assertNotIn("three", text)

    def test_alternatives_take_the_first_there_is(self):
        out = self.cut("int new;\nint old;\n", "gone|new|old")
        self.assertIn("int new;", out)
        self.assertNotIn("int old;", out)

    def test_broken_text_is_refused(self):
        for text in ("int f(void)\n{\n", "#ifdef A\nint a;\n", "int a;\n}\n", "#endif\n"):
            with self.assertRaisesRegex(cut.MissingName, "can't be read as C", msg=text):
                self.cut(text, "f")

    def test_needs(self):
        text = ("#define M 1\nstruct s { int a; };\nstatic int g(void) { return M; }\n"
                "static int f(struct s *s) { return g() + s->a; }\n")
        definitions = csource.definitions(text)
        chosen, _ = cut.choose(definitions, ["f"])
        self.assertEqual(cut.needs(definitions, chosen), {"struct s": "f", "g": "f"})

    def compile(self, text):
        """What the compiler complains about."""
        command = [os.environ.get("SLUICE_CC", "cc"), "-std=gnu17", "-Wall", "-Werror",
                   "-fsyntax-only", "-x", "c", "-"]
        return subprocess.run(command, input=text, text=True, capture_output=True,
                              check=False).stderr

    def test_result_compiles_and_keeps_its_lines(self):
        """Types come first and static functions are declared, so what the cut leaves out between them
        is not missed; the compiler names the line of the source."""
        text = ("static int two(struct s *s);\n"
                "static int one(struct s *s)\n{\n\treturn s->a < LIMIT ? two(s) : 0;\n}\n"
                "static int (*table[])(struct s *) = { one, two };\n"
                "int top(struct s *s)\n{\n\treturn table[0](s);\n}\n"
                "static int two(struct s *s)\n{\n\treturn one(s);\n}\n"
                "#define LIMIT 3\nstruct s { int a; };\n")
        self.assertIn("LIMIT", self.compile("struct s;\n" + text))
        out = self.cut(text, "top", "table", "two", "one", "struct s", "LIMIT")
        self.assertEqual(self.compile(out), "")
        self.assertIn("source.c:13:", self.compile(out.replace("return one(s);", "return no(s);")))


if __name__ == "__main__":
    unittest.main()
