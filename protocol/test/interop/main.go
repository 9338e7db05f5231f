// Command interop judges a log of ours with the tools other people's auditors use.
//
// Usage: interop <folder>, where make-log.mjs has written. One line per check; exits 1 if any failed.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	fnote "github.com/transparency-dev/formats/note"
	fproof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
)

type facts struct {
	LogKey      string
	WitnessKey  string
	Inclusion   []struct{ Entry, Proof string }
	Consistency []struct {
		From  uint64
		Root  string
		Proof []string
	}
}

type head struct {
	size uint64
	root []byte
}

var failed bool

func main() {
	folder := os.Args[1]
	var f facts
	must(json.Unmarshal(read(filepath.Join(folder, "facts.json")), &f))
	logFolder := filepath.Join(folder, "log")
	checkpoint := read(filepath.Join(logFolder, "checkpoint"))

	logVerifier, err := note.NewVerifier(f.LogKey)
	check("sumdb/note reads the log's verifier key", err)
	witness, err := fnote.NewVerifier(f.WitnessKey)
	check("formats/note reads the witness's verifier key", err)
	opened, err := note.Open(checkpoint, note.VerifierList(logVerifier, witness))
	check("sumdb/note opens the checkpoint", err)
	check("both the log and the witness have signed it", expect(opened != nil && len(opened.Sigs) == 2))
	if failed {
		os.Exit(1)
	}
	signed := parseHead(opened.Text)

	for _, item := range f.Inclusion {
		checkInclusion(item.Entry, item.Proof, signed)
	}
	for _, item := range f.Consistency {
		hashes := decodeAll(item.Proof)
		err := proof.VerifyConsistency(rfc6962.DefaultHasher, item.From, signed.size, hashes, decode(item.Root), signed.root)
		check(fmt.Sprintf("merkle verifies that %d entries continue %d", signed.size, item.From), err)
	}

	check("tessera's fsck rebuilds the log from its files", runFsck(logFolder, f.LogKey, logVerifier))
	spoil(filepath.Join(logFolder, "tile", "entries", "000"))
	check("tessera's fsck objects when one bit of an entry is flipped", expect(runFsck(logFolder, f.LogKey, logVerifier) != nil))
	if failed {
		os.Exit(1)
	}
}

func checkInclusion(entry, text string, signed head) {
	var p fproof.TLogProof
	if err := p.Unmarshal([]byte(text)); err != nil {
		check("formats/proof reads a .tlog-proof", err)
		return
	}
	hashes := make([][]byte, len(p.Hashes))
	for i := range p.Hashes {
		hashes[i] = p.Hashes[i][:]
	}
	leaf := rfc6962.DefaultHasher.HashLeaf(decode(entry))
	err := proof.VerifyInclusion(rfc6962.DefaultHasher, p.Index, signed.size, leaf, hashes, signed.root)
	check(fmt.Sprintf("merkle verifies the .tlog-proof of entry %d", p.Index), err)
	err = proof.VerifyInclusion(rfc6962.DefaultHasher, (p.Index+1)%signed.size, signed.size, leaf, hashes, signed.root)
	check(fmt.Sprintf("and refuses it for entry %d", (p.Index+1)%signed.size), expect(err != nil))
}

func runFsck(folder, key string, verifier note.Verifier) error {
	origin, _, _ := strings.Cut(key, "+")
	// Its queue is as long as it has workers, and it hangs if one fails while the queue is full: so there are more than files to check.
	return fsck.New(origin, verifier, &client.FileFetcher{Root: folder}, hashBundle, fsck.Opts{N: 16}).Check(context.Background())
}

func hashBundle(bundle []byte) ([][]byte, error) {
	var b api.EntryBundle
	if err := b.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	hashes := make([][]byte, 0, len(b.Entries))
	for _, entry := range b.Entries {
		hashes = append(hashes, rfc6962.DefaultHasher.HashLeaf(entry))
	}
	return hashes, nil
}

func spoil(file string) {
	bytes := read(file)
	bytes[100] ^= 1
	must(os.WriteFile(file, bytes, 0o644))
}

func parseHead(text string) head {
	lines := strings.Split(text, "\n")
	size, err := strconv.ParseUint(lines[1], 10, 64)
	must(err)
	return head{size, decode(lines[2])}
}

func check(what string, err error) {
	if err == nil {
		fmt.Printf("ok      %s\n", what)
		return
	}
	failed = true
	fmt.Printf("FAILED  %s: %v\n", what, err)
}

func expect(holds bool) error {
	if holds {
		return nil
	}
	return errors.New("it is not so")
}

func decodeAll(texts []string) [][]byte {
	all := make([][]byte, 0, len(texts))
	for _, text := range texts {
		all = append(all, decode(text))
	}
	return all
}

func decode(text string) []byte {
	bytes, err := base64.StdEncoding.DecodeString(text)
	must(err)
	return bytes
}

func read(file string) []byte {
	bytes, err := os.ReadFile(file)
	must(err)
	return bytes
}

func must(err error) {
	if err != nil {
		fmt.Printf("FAILED  %v\n", err)
		os.Exit(1)
	}
}
