use std::fs;

use grade::batch::submissions::{Filter, Note, RosterFormat, SubmissionsError, find};

use super::{Class, lines};

const RUST: &str = "fn main() { println!(\"mine\"); }\n";

#[test]
fn a_plain_roster_tells_who_is_missing_and_who_is_a_stranger() {
    let class = Class::new();
    class.file(
        "roster.csv",
        "student,name,email,section\nalice,Alice A,alice@uni.example,A\nbob,Bob B,b@uni.example,B\n",
    );
    class.file("alice/ex07_race.rs", RUST);
    class.file("mallory/ex07_race.rs", RUST);
    let found = class.find();
    let missing: Vec<_> = found.missing().map(|student| student.name.as_str()).collect();
    assert_eq!(missing, ["bob"]);
    assert_eq!(found.notes, [Note::NotInRoster { student: "mallory".to_owned() }]);
    assert_eq!(lines(&found).len(), 2, "a stranger's work is graded all the same");
    let roster = found.roster.expect("a roster");
    assert_eq!(roster.format, RosterFormat::Plain);
    assert_eq!(roster.header, ["student", "name", "email", "section"]);
    assert_eq!(roster.rows[1], ["bob", "Bob B", "b@uni.example", "B"]);
    assert_eq!(roster.students[1].section.as_deref(), Some("B"));
}

#[test]
fn canvas_gradebook_finds_its_students_by_number_and_keeps_its_other_rows() {
    let class = Class::new();
    let gradebook = "Student,ID,SIS User ID,SIS Login ID,Section,Race (1234),Final Score\n\
                     ,,,,,Manual Posting,\n\
                     \x20   Points Possible,,,,,10.0,(read only)\n\
                     \"Lovelace, Ada\",4711,s001,ada,Concurrency 1,,0\n\
                     \"Lovelace, Ada\",4712,s002,ada2,Concurrency 2,,0\n\
                     \"Student, Test\",99,,f00,,,\n";
    let path = class.file("roster.csv", gradebook);
    class.file("lovelaceada_4712_90001_ex07_race.rs", RUST);
    class.file("lovelaceada_LATE_4711_90002_ex07_race.rs", RUST);
    let found = class.find();
    assert_eq!(
        lines(&found),
        [
            "ada ex07_race rust lovelaceada_LATE_4711_90002_ex07_race.rs late",
            "ada2 ex07_race rust lovelaceada_4712_90001_ex07_race.rs",
        ]
    );
    let roster = found.roster.expect("a roster");
    assert_eq!((roster.format, roster.rows.len(), roster.students.len()), (RosterFormat::Canvas, 5, 2));
    assert_eq!(roster.columns.section, Some(4));
    // What a report writes back is what was there.
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&roster.header).unwrap();
    roster.rows.iter().for_each(|row| writer.write_record(row).unwrap());
    assert_eq!(String::from_utf8(writer.into_inner().unwrap()).unwrap(), fs::read_to_string(path).unwrap());
}

#[test]
fn moodles_worksheet_and_grade_export_find_their_students() {
    let class = Class::new();
    let worksheet = "\u{feff}Identifier,\"Full name\",\"Email address\",Status,Grade,\"Maximum Grade\"\r\n\
                     \"Participant 123\",\"Ada Lovelace\",ada@uni.example,Submitted,,10.00\r\n\
                     \"Participant 124\",\"Ada Lovelace\",ada.l@uni.example,Submitted,,10.00\r\n";
    class.file("worksheet.csv", worksheet);
    let export = "First name,Last name,ID number,Institution,Department,Email address,Assignment: Race (Real)\n\
                  Ada,Lovelace,77,,,ada@uni.example,-\n";
    class.file("export.csv", export);
    class.file("Ada Lovelace_124_assignsubmission_file/ex07_race.rs", RUST);
    let with = |name: &str| class.find_with(&Filter { roster: Some(class.path().join(name)), ..Filter::default() });
    let found = with("worksheet.csv");
    assert_eq!(found.submissions[0].student, "ada.l@uni.example");
    assert_eq!(found.missing().map(|student| student.name.as_str()).collect::<Vec<_>>(), ["ada@uni.example"]);
    let roster = found.roster.expect("a roster");
    assert_eq!((roster.format, roster.columns.grade), (RosterFormat::MoodleWorksheet, Some(4)));
    let found = with("export.csv");
    assert_eq!(found.roster.as_ref().map(|roster| roster.format), Some(RosterFormat::Moodle));
    assert_eq!(found.submissions[0].student, "77", "by the name, as the number is another one");
}

#[test]
fn two_of_the_same_name_are_not_taken_for_the_one_on_the_roster() {
    let class = Class::new();
    class.file("roster.csv", "First name,Last name,ID number,Email address\nAda,Lovelace,77,ada@uni.example\n");
    class.file("Ada Lovelace_123_assignsubmission_file/ex07_race.rs", RUST);
    assert_eq!(class.find().submissions[0].student, "77", "there is only one");
    class.file("Ada Lovelace_201_assignsubmission_file/ex10_primes.rs", RUST);
    assert!(class.find().submissions.iter().all(|one| one.student == "77"), "each assignment has numbers of its own");
    fs::remove_dir_all(class.path().join("Ada Lovelace_201_assignsubmission_file")).unwrap();
    class.file("Ada Lovelace_124_assignsubmission_file/ex07_race.rs", "fn main() {}\n");
    let found = class.find();
    let students: Vec<&str> = found.submissions.iter().map(|submission| submission.student.as_str()).collect();
    assert_eq!(students, ["Ada_Lovelace_123", "Ada_Lovelace_124"], "nobody loses a submission to the other");
    assert_eq!(found.missing().map(|student| student.name.as_str()).collect::<Vec<_>>(), ["77"]);
}

#[test]
fn two_rows_of_one_name_are_two_students_when_another_column_says_so() {
    let class = Class::new();
    class.file("roster.csv", "student,id,github\nAnn Lee,4711,annl\nBo,4712,bo\nAnn Lee,4713,lee2\n");
    class.file("4711/ex07_race.rs", RUST);
    class.file("lee2/ex07_race.rs", "fn main() {}\n");
    class.file("Ann Lee/ex10_primes.rs", RUST);
    let found = class.find();
    assert_eq!(
        lines(&found),
        [
            "4711 ex07_race rust 4711/ex07_race.rs",
            "4713 ex07_race rust lee2/ex07_race.rs",
            "Ann_Lee ex10_primes rust Ann Lee/ex10_primes.rs",
        ],
        "the name alone says of neither who it is"
    );
    assert_eq!(found.missing().map(|student| student.name.as_str()).collect::<Vec<_>>(), ["Bo"]);
    let told: Vec<String> = found.notes.iter().map(|note| format!("{note:?}")).collect();
    assert!(told.iter().any(|note| note.contains("several are called `Ann Lee`: this one is `4713`")), "{told:?}");
}

#[test]
fn a_word_of_two_columns_is_whose_name_in_this_course_it_is() {
    let class = Class::new();
    class.file("roster.csv", "username,student_id,name\n1,2,Ann Ames\n2,1,Bob Bell\n3,,Cleo Cox\n");
    class.file("1/ex07_race.rs", RUST);
    class.file("2/ex07_race.rs", RUST);
    let found = class.find();
    assert_eq!(lines(&found), ["1 ex07_race rust 1/ex07_race.rs", "2 ex07_race rust 2/ex07_race.rs"]);
    assert!(found.notes.is_empty(), "{:?}", found.notes);
}

#[test]
fn the_number_of_one_platform_is_nobody_on_another() {
    let class = Class::new();
    class.file("roster.csv", "student,id,name\nbob,123,Bob B\n");
    class.file("Ada Lovelace_123_assignsubmission_file/ex07_race.rs", RUST);
    let found = class.find();
    assert_eq!(found.submissions[0].student, "Ada_Lovelace_123");
}

#[test]
fn separators_of_spreadsheets_are_known_and_a_table_of_something_else_is_refused() {
    let class = Class::new();
    class.file("alice/ex07_race.rs", RUST);
    class.file("roster.csv", "student;name\nalice;\"A; lice\"\nalice;again\n");
    let found = class.find();
    assert_eq!(found.roster.as_ref().expect("a roster").rows[0], ["alice", "A; lice"]);
    assert!(matches!(found.notes.as_slice(), [Note::RosterRow { row: 1, .. }]), "{:?}", found.notes);
    for (content, what) in [("colour,size\nred,1\n", "no column"), ("", "empty"), ("student\n\u{e9}", "UTF-8")] {
        let bytes = if what == "UTF-8" { b"student\n\xe9\n".to_vec() } else { content.as_bytes().to_vec() };
        class.file("roster.csv", bytes);
        let course = grade::course::load(std::path::Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the course");
        let error = find(class.path(), &course, &Filter::default()).expect_err("no roster");
        assert!(matches!(&error, SubmissionsError::Roster { .. }) && error.to_string().contains(what), "{error}");
    }
}
