import Foundation

// Swift's own handler of crashes would keep them from libFuzzer, and is chosen before a program begins.
if getenv("SWIFT_BACKTRACE") == nil {
    setenv("SWIFT_BACKTRACE", "enable=no", 1)
    execv("/proc/self/exe", CommandLine.unsafeArgv)
}
FuzzCommand.main()
