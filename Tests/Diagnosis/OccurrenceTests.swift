import Diagnosis
import Keel
import Testing

struct OccurrenceTests {
    /// A message in the log leads to a page of `evenkeel explain` by its name.
    @Test(arguments: Occurrence.Finding.allCases) func whatAMessageIsAboutTheDoctorKnows(finding: Occurrence.Finding) {
        #expect(FindingID(rawValue: finding.rawValue) != nil)
    }
}
