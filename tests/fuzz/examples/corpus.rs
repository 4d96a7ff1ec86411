//! `corpus unpack FOLDER` writes each input of the committed files into a file of its own below a folder, as libFuzzer
//! wants them, and the seeds besides; `corpus pack FOLDER` makes the committed files of such a folder.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use security_contact_tests::{corpus, seeds};

/// One vector in so many is a seed: a fuzzer finds the rest.
const STEP: usize = 7;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [task, folder] = arguments.as_slice() else { return Err("expected `pack` or `unpack`, and a folder".into()) };
    for (target, seeds) in [("decide", seeds::texts(STEP)), ("abi", seeds::inputs(STEP)?)] {
        let folder = Path::new(folder).join(target);
        match task.as_str() {
            "unpack" => unpack(&folder, &[corpus::read(target), seeds].concat())?,
            "pack" => pack(&folder, target)?,
            _ => return Err(format!("`{task}` is neither `pack` nor `unpack`").into()),
        }
    }
    Ok(())
}

fn unpack(folder: &Path, inputs: &[Vec<u8>]) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    for (index, input) in inputs.iter().enumerate() {
        fs::write(folder.join(format!("{index:05}")), input)?;
    }
    println!("{}: {} inputs", folder.display(), inputs.len());
    Ok(())
}

fn pack(folder: &Path, target: &str) -> Result<(), Box<dyn Error>> {
    let inputs = fs::read_dir(folder)?.map(|entry| fs::read(entry?.path())).collect::<Result<Vec<_>, _>>()?;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(target).with_extension("corpus");
    println!("{}: {} inputs", file.display(), inputs.len());
    Ok(fs::write(file, corpus::write(inputs))?)
}
