//! One instance of the module, and the border to its memory.

use security_contact_policy::codec::{decode, encode};
use security_contact_policy::packed::Question;
use security_contact_policy::{ABI_VERSION, Answer, Identity, Plain, Request};
use wasmtime::{Instance, Memory, Store, StoreLimits, StoreLimitsBuilder, TypedFunc, WasmParams, WasmResults};

use super::module::Module;
use super::{EngineError, Limits};

/// How many epochs a call may last. The pool's ticker makes one epoch this part of the call's time.
pub(super) const EPOCHS_PER_CALL: u32 = 10;

/// The buffer for packed questions begins with so many bytes.
const SMALLEST_BUFFER: u32 = 1 << 10;

/// An instance under its rules. After an error it must not be used again.
pub(super) struct Guest {
    store: Store<StoreLimits>,
    memory: Memory,
    alloc: TypedFunc<u32, u32>,
    free: TypedFunc<(u32, u32), ()>,
    call: TypedFunc<(u32, u32), u64>,
    decide: TypedFunc<(u32, u32), u64>,
    packed: TypedFunc<(u32, u32), u32>,
    /// Packed questions on their way; kept, so that they take no memory anew.
    question: Question,
    /// Where they are put in the module's memory, and how many bytes there are.
    buffer: (u32, u32),
    calls: u32,
}

impl Guest {
    /// An instance, and which policy it says it is.
    pub(super) fn new(module: &Module, rules: &Plain, limits: &Limits) -> Result<(Self, Identity), EngineError> {
        let bounds = StoreLimitsBuilder::new()
            .memory_size(limits.memory_bytes)
            .table_elements(10_000)
            .memories(1)
            .tables(4)
            .instances(1)
            .build();
        let mut store = Store::new(module.engine(), bounds);
        store.limiter(|bounds| bounds);
        store.set_epoch_deadline(EPOCHS_PER_CALL.into());
        let instance = module.ready().instantiate(&mut store).map_err(trapped)?;
        check_abi_version(&mut store, &instance)?;
        let memory = instance.get_memory(&mut store, "memory").ok_or(EngineError::MissingExport("memory"))?;
        let alloc = export(&mut store, &instance, "security_contact_alloc")?;
        let free = export(&mut store, &instance, "security_contact_free")?;
        let call = export(&mut store, &instance, "security_contact_call")?;
        let decide = export(&mut store, &instance, "security_contact_decide")?;
        let packed = export(&mut store, &instance, "security_contact_packed")?;
        let configure = export(&mut store, &instance, "security_contact_configure")?;
        let (question, buffer) = (Question::default(), (0, 0));
        let mut guest = Self { store, memory, alloc, free, call, decide, packed, question, buffer, calls: 0 };
        let identity = guest.exchange(&configure, rules.as_cbor(), |bytes| {
            serde_json::from_slice(bytes).map_err(|_| EngineError::BadReply("the rules were not taken over".into()))
        })?;
        Ok((guest, identity))
    }

    /// How many calls this instance has answered.
    pub(super) fn calls(&self) -> u32 {
        self.calls
    }

    /// Sends requests and reads an answer to each.
    pub(super) fn call(&mut self, requests: &[Request]) -> Result<Vec<Answer>, EngineError> {
        self.calls = self.calls.saturating_add(1);
        let call = self.call.clone();
        self.exchange(&call, &encode(requests), |bytes| {
            let answers = decode(bytes).filter(|answers| answers.len() == requests.len());
            answers.ok_or_else(|| EngineError::BadReply("the reply is not one answer for each request".into()))
        })
    }

    /// Sends the CBOR of a request and reads the JSON text of its answer.
    pub(super) fn decide(&mut self, request: &[u8]) -> Result<String, EngineError> {
        self.calls = self.calls.saturating_add(1);
        let decide = self.decide.clone();
        self.exchange(&decide, request, |bytes| {
            String::from_utf8(bytes.to_vec()).map_err(|_| EngineError::BadReply("the answer is not UTF-8".into()))
        })
    }

    /// Packs questions, and reads the answers that the module puts in their place.
    pub(super) fn packed<T>(
        &mut self,
        ask: impl FnOnce(&mut Question),
        read: impl FnOnce(&[u8]) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        self.calls = self.calls.saturating_add(1);
        ask(&mut self.question);
        let length = length(self.question.as_bytes())?;
        self.store.set_epoch_deadline(EPOCHS_PER_CALL.into());
        self.make_room(length)?;
        let (address, _) = self.buffer;
        self.memory
            .write(&mut self.store, address as usize, self.question.as_bytes())
            .map_err(|_| offered_outside())?;
        let answered = self.packed.call(&mut self.store, (address, length)).map_err(trapped)?;
        if answered == 0 && !self.question.is_empty() {
            return Err(EngineError::BadReply("packed questions were not answered".into()));
        }
        read(self.bytes(address, answered)?)
    }

    /// Sees that the buffer has so many bytes.
    fn make_room(&mut self, length: u32) -> Result<(), EngineError> {
        let (address, present) = self.buffer;
        if present < length {
            let wanted = length.checked_next_power_of_two().unwrap_or(length).max(SMALLEST_BUFFER);
            self.buffer = (0, 0);
            if present > 0 {
                self.free.call(&mut self.store, (address, present)).map_err(trapped)?;
            }
            self.buffer = (self.alloc.call(&mut self.store, wanted).map_err(trapped)?, wanted);
        }
        Ok(())
    }

    fn exchange<T>(
        &mut self,
        function: &TypedFunc<(u32, u32), u64>,
        input: &[u8],
        read: impl FnOnce(&[u8]) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let length = length(input)?;
        // Before each entry, so that no call lives on the time of another.
        self.store.set_epoch_deadline(EPOCHS_PER_CALL.into());
        let address = self.alloc.call(&mut self.store, length).map_err(trapped)?;
        self.memory.write(&mut self.store, address as usize, input).map_err(|_| offered_outside())?;
        let packed = function.call(&mut self.store, (address, length)).map_err(trapped)?;
        let (address, length) = unpack(packed);
        let reply = read(self.bytes(address, length)?)?;
        self.free.call(&mut self.store, (address, length)).map_err(trapped)?;
        Ok(reply)
    }

    /// The bytes at an address that the module named, which may be anything.
    fn bytes(&self, address: u32, length: u32) -> Result<&[u8], EngineError> {
        let start = address as usize;
        let bytes = start.checked_add(length as usize).and_then(|end| self.memory.data(&self.store).get(start..end));
        bytes.ok_or_else(|| EngineError::BadReply("the reply lies outside of the module's memory".into()))
    }
}

fn length(input: &[u8]) -> Result<u32, EngineError> {
    u32::try_from(input.len()).map_err(|_| EngineError::BadReply("the input is too long".into()))
}

fn offered_outside() -> EngineError {
    EngineError::BadReply("memory was offered outside of the module's own".into())
}

fn check_abi_version(store: &mut Store<StoreLimits>, instance: &Instance) -> Result<(), EngineError> {
    let version: TypedFunc<(), u32> = export(store, instance, "security_contact_abi_version")?;
    let found = version.call(&mut *store, ()).map_err(trapped)?;
    if found == ABI_VERSION { Ok(()) } else { Err(EngineError::AbiVersion { found }) }
}

fn export<P: WasmParams, R: WasmResults>(
    store: &mut Store<StoreLimits>,
    instance: &Instance,
    name: &'static str,
) -> Result<TypedFunc<P, R>, EngineError> {
    instance.get_typed_func(store, name).map_err(|_| EngineError::MissingExport(name))
}

/// Address and length of a reply.
#[allow(clippy::cast_possible_truncation)] // each half is 32 bits
fn unpack(packed: u64) -> (u32, u32) {
    ((packed >> 32) as u32, packed as u32)
}

fn trapped(error: wasmtime::Error) -> EngineError {
    match error.downcast_ref::<wasmtime::Trap>() {
        Some(trap) => EngineError::Trapped(trap.to_string()),
        None => EngineError::Trapped(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use security_contact_policy::{Rules, fingerprint, json};

    use super::super::MODULE;
    use super::*;

    fn guest() -> Guest {
        let module = Module::load(MODULE).unwrap();
        let rules = json::read(json::write(&Rules::default()).as_bytes()).unwrap();
        let (guest, identity) = Guest::new(&module, &rules, &Limits::default()).unwrap();
        assert_eq!(identity.fingerprint, fingerprint(&Rules::default()));
        guest
    }

    #[test]
    fn bytes_that_are_no_request_are_an_error_and_no_trap() {
        let mut guest = guest();
        for bytes in [&[0][..], &[0xff; 9]] {
            let call = guest.call.clone();
            let answers = guest.exchange(&call, bytes, |reply| Ok(decode::<Answer>(reply))).unwrap().unwrap();
            assert!(matches!(answers.as_slice(), [Answer::Error { .. }]), "{bytes:?}");
            assert!(guest.decide(bytes).unwrap().starts_with(r#"{"error":"#), "{bytes:?}");
        }
        assert_eq!(guest.call(&[]).unwrap(), [], "it answers as before");
    }
}
