// The mocha runner of StrykerJS 10.0.0 asks for `mocha/lib/cli/run-helpers` without an extension; mocha 12 has it as .cjs.
require.extensions[".cjs"] ??= require.extensions[".js"];
