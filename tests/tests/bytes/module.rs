//! The module in wasmtime, without the types that a host puts between.

use security_contact_host::engine::MODULE;
use security_contact_policy::{Identity, Rules, json};
use wasmtime::{Collector, Config, Engine, InstancePre, Linker, Memory, Store, TypedFunc};

/// The committed module, compiled.
pub(crate) struct Module {
    ready: InstancePre<()>,
}

impl Module {
    pub(crate) fn embedded() -> Self {
        Self::compiled(Config::new().collector(Collector::Null))
    }

    /// The same, and every instruction is counted.
    pub(crate) fn metered() -> Self {
        Self::compiled(Config::new().collector(Collector::Null).consume_fuel(true))
    }

    fn compiled(config: &Config) -> Self {
        let engine = Engine::new(config).unwrap();
        let module = wasmtime::Module::from_binary(&engine, MODULE).unwrap();
        let mut linker = Linker::new(&engine);
        linker.define_unknown_imports_as_traps(&module).unwrap();
        Self { ready: linker.instantiate_pre(&module).unwrap() }
    }

    /// An instance under these rules, or one that has none yet.
    pub(crate) fn instance(&self, rules: Option<&Rules>) -> Instance {
        let mut store = Store::new(self.ready.module().engine(), ());
        let _ = store.set_fuel(TANK); // an error when nothing is counted
        let instance = self.ready.instantiate(&mut store).unwrap();
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        let alloc = instance.get_typed_func(&mut store, "security_contact_alloc").unwrap();
        let free = instance.get_typed_func(&mut store, "security_contact_free").unwrap();
        let mut function =
            |name: &str| instance.get_typed_func(&mut store, &format!("security_contact_{name}")).unwrap();
        let functions = [function("call"), function("decide"), function("configure")];
        let packed = instance.get_typed_func(&mut store, "security_contact_packed").unwrap();
        let mut made = Instance { store, memory, alloc, free, functions, packed };
        if let Some(rules) = rules {
            assert_eq!(made.configure(&cbor(rules)), json::write(&Identity::of(rules)).as_bytes());
        }
        made
    }
}

/// More instructions than any test executes.
const TANK: u64 = u64::MAX / 2;

/// Rules as a host hands them over.
pub(crate) fn cbor(rules: &Rules) -> Vec<u8> {
    json::read(json::write(rules).as_bytes()).unwrap().as_cbor().to_vec()
}

type Function = TypedFunc<(u32, u32), u64>;

/// One instance. A trap is a panic here.
pub(crate) struct Instance {
    store: Store<()>,
    memory: Memory,
    alloc: TypedFunc<u32, u32>,
    free: TypedFunc<(u32, u32), ()>,
    functions: [Function; 3],
    packed: TypedFunc<(u32, u32), u32>,
}

impl Instance {
    /// How many instructions were executed since the instance was made, when they are counted.
    pub(crate) fn executed(&self) -> u64 {
        TANK - self.store.get_fuel().unwrap()
    }

    pub(crate) fn call(&mut self, input: &[u8]) -> Vec<u8> {
        self.exchange(0, input)
    }

    pub(crate) fn decide(&mut self, input: &[u8]) -> Vec<u8> {
        self.exchange(1, input)
    }

    pub(crate) fn configure(&mut self, input: &[u8]) -> Vec<u8> {
        self.exchange(2, input)
    }

    /// What the module leaves of packed questions; nothing when one is none.
    pub(crate) fn packed(&mut self, questions: &[u8]) -> Vec<u8> {
        let length = u32::try_from(questions.len()).unwrap();
        let address = self.alloc.call(&mut self.store, length).unwrap();
        self.memory.write(&mut self.store, address as usize, questions).unwrap();
        let answered = self.packed.call(&mut self.store, (address, length)).unwrap();
        let mut answers = vec![0; answered as usize];
        self.memory.read(&self.store, address as usize, &mut answers).unwrap();
        self.free.call(&mut self.store, (address, length)).unwrap();
        answers
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.memory.data_size(&self.store)
    }

    fn exchange(&mut self, function: usize, input: &[u8]) -> Vec<u8> {
        let failed = |error: wasmtime::Error| -> ! { panic!("{error:#} for {}", input.escape_ascii()) };
        let length = u32::try_from(input.len()).unwrap();
        let address = self.alloc.call(&mut self.store, length).unwrap_or_else(|error| failed(error));
        self.memory.write(&mut self.store, address as usize, input).unwrap();
        let function = self.functions[function].clone();
        let packed = function.call(&mut self.store, (address, length)).unwrap_or_else(|error| failed(error));
        let [address, length] = [packed >> 32, packed & u64::from(u32::MAX)].map(|half| u32::try_from(half).unwrap());
        let mut reply = vec![0; length as usize];
        self.memory.read(&self.store, address as usize, &mut reply).unwrap();
        self.free.call(&mut self.store, (address, length)).unwrap_or_else(|error| failed(error));
        reply
    }
}
