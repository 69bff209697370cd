//! Checks of a module before it serves: its registration against what it decodes, and the build.
