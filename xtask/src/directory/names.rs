//! Invented names. Each is there as people write it and as a mailbox can.

use super::random::Random;

const FIRST: [(&str, &str); 40] = [
    ("Ada", "ada"),
    ("Amélie", "amelie"),
    ("Ana Sofía", "ana-sofia"),
    ("Aoife", "aoife"),
    ("Ayşe", "ayse"),
    ("Bogdan", "bogdan"),
    ("Chidi", "chidi"),
    ("Dušan", "dusan"),
    ("Einar", "einar"),
    ("Élodie", "elodie"),
    ("Fatima", "fatima"),
    ("Gürkan", "gurkan"),
    ("Hiroshi", "hiroshi"),
    ("Imani", "imani"),
    ("Ísold", "isold"),
    ("Jürgen", "juergen"),
    ("Keahi", "keahi"),
    ("Łukasz", "lukasz"),
    ("Mary-Jane", "mary-jane"),
    ("Mehmet", "mehmet"),
    ("Nadia", "nadia"),
    ("Ngọc", "ngoc"),
    ("Noah", "noah"),
    ("Olena", "olena"),
    ("Óscar", "oscar"),
    ("Priya", "priya"),
    ("Renée", "renee"),
    ("Ruth", "ruth"),
    ("Siobhán", "siobhan"),
    ("Søren", "soren"),
    ("Tariq", "tariq"),
    ("Ursula", "ursula"),
    ("Wei", "wei"),
    ("Xóchitl", "xochitl"),
    ("Yuki", "yuki"),
    ("Zoë", "zoe"),
    ("Αθηνά", "athina"),
    ("Дмитро", "dmytro"),
    ("ليلى", "layla"),
    ("美咲", "misaki"),
];

const LAST: [(&str, &str); 36] = [
    ("Abernathy", "abernathy"),
    ("Adeyemi", "adeyemi"),
    ("Bergström", "bergstrom"),
    ("Çelik", "celik"),
    ("Chaudhry", "chaudhry"),
    ("da Silva", "da-silva"),
    ("de la Cruz", "de-la-cruz"),
    ("D’Angelo", "dangelo"),
    ("Fernández", "fernandez"),
    ("Fitzgerald", "fitzgerald"),
    ("Görgün", "gorgun"),
    ("Haddad", "haddad"),
    ("Hernández-Ruiz", "hernandez-ruiz"),
    ("Horváth", "horvath"),
    ("Ivanova", "ivanova"),
    ("Jónsdóttir", "jonsdottir"),
    ("Kamau", "kamau"),
    ("Kowalczyk", "kowalczyk"),
    ("Kühn", "kuehn"),
    ("Lefèvre", "lefevre"),
    ("Lindqvist", "lindqvist"),
    ("Mbeki", "mbeki"),
    ("Nakamura", "nakamura"),
    ("Nguyễn", "nguyen"),
    ("Novák", "novak"),
    ("O’Sullivan", "osullivan"),
    ("Okafor", "okafor"),
    ("Park", "park"),
    ("Pérez", "perez"),
    ("Rasmussen", "rasmussen"),
    ("Şahin", "sahin"),
    ("Tanaka", "tanaka"),
    ("van der Meer", "van-der-meer"),
    ("Whitfield", "whitfield"),
    ("Παππάς", "pappas"),
    ("Żółkiewski", "zolkiewski"),
];

const ADJECTIVES: [&str; 16] = [
    "Amber", "Blau", "Cedar", "Früh", "Granite", "Harbour", "Juniper", "Lumière", "Meridian", "Nordisk", "Paper",
    "Quiet", "Río", "Saffron", "Tidal", "Umber",
];

const NOUNS: [&str; 16] = [
    "Analytics",
    "Bakery",
    "Clinics",
    "Energy",
    "Foods",
    "Freight",
    "Games",
    "Insurance",
    "Logistik",
    "Maps",
    "Optics",
    "Payroll",
    "Robotics",
    "Søfart",
    "Studios",
    "Textiles",
];

const FORMS: [&str; 8] = ["AB", "Cooperative", "GmbH", "Inc.", "Ltd", "S.A.", "e.V.", "株式会社"];

/// A person's name, and the same for a mailbox.
pub(super) fn person(random: &mut Random) -> (String, String) {
    let (first, first_mailbox) = random.one_of(&FIRST);
    let (last, last_mailbox) = random.one_of(&LAST);
    (format!("{first} {last}"), format!("{first_mailbox}.{last_mailbox}"))
}

/// An account's name.
pub(super) fn account(random: &mut Random) -> String {
    let (adjective, noun, form) = (random.one_of(&ADJECTIVES), random.one_of(&NOUNS), random.one_of(&FORMS));
    format!("{adjective} {noun} {form}")
}
