import Foundation
import Laboratory

/// What a booted sandbox needs to run install.sh: by their paths inside, the scripts and the programs.
enum UnitFiles {
    static func copies() throws -> [String: String] {
        var copies: [String: String] = [:]
        for folder in ["install", "hooks"] {
            let files = try FileManager.default.subpathsOfDirectory(atPath: "\(Shell.packageFolder)/\(folder)")
            for file in files {
                let path = "\(Shell.packageFolder)/\(folder)/\(file)"
                var isFolder: ObjCBool = false
                guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
                    continue
                }
                copies["/root/evenkeel/\(folder)/\(file)"] = path
            }
        }
        copies["/root/evenkeel/LICENSE"] = "\(Shell.packageFolder)/LICENSE"
        for program in ["evenkeel", "evenkeel-cni", "evenkeel-hook", "evenkeel-runtime", "evenkeel-watch"] {
            copies["/root/evenkeel/programs/\(program)"] = "\(Shell.programs)/\(program)"
        }
        return copies
    }
}
